"""Rays against meshes (`raycaster`) and the correspondences they prove (`tracks`)."""
