"""What `ablate_builtin.py` changes: variants of rooms and of training, and pictures changed after rendering."""
