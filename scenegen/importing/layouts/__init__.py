"""Readers of layouts: each finds the sequences in a folder, and knows nothing of the others."""
