"""gltf."""
