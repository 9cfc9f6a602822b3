"""Dense per-pixel descriptors from shards of true correspondences: data, network, objectives, loop, evaluation."""
