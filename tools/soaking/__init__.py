"""Parts of `tools/soak.py`: a long run that is killed on the way, watched from outside."""
