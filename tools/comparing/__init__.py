"""Parts of `compare_readers.py`: mesh files read by scenegen and by readers that share no code with it."""
