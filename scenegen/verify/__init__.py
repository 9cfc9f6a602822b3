"""Whether shards are what they claim to be: bytes, schema, plausibility, and the same samples made again."""
