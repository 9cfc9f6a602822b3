"""Shards in the forms that other tools read: COLMAP, nerfstudio, WebDataset, glue-factory."""
