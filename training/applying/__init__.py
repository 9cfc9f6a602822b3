"""Trained weights applied to photographs: descriptors in a file, matches in a picture."""
