"""scenegen: from room and object meshes to HDF5 shards of true correspondences."""

__version__ = "0.3.1"
