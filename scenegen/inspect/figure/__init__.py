"""Figures of one sample: a module for each kind."""
