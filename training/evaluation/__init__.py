"""Measuring descriptors on held-out pairs."""
