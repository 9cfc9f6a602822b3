"""Damaged files for the tests of the parsers: mutators, seed files, targets and the worker that runs them."""
