"""Transforms that make two views with a known map between them of one picture."""
