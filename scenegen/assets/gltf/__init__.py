"""glTF 2.0 to a mesh: `scene.read_gltf`, from the file's container down to placed primitives."""
