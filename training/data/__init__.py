"""Pairs from shards: reading, windows, batches, photometric changes."""
