"""Shards in the forms that other tools read: COLMAP, nerfstudio, and those of loaders to train with."""
