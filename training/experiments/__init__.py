"""Experiments of the paper that are not trained on shards."""
