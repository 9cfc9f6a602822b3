"""Data that users have into shards: one reader for each layout, one way from frames or matches to samples."""
