"""Other people's renderers and ray casters on the same scene, each a program of its own: `python FILE SCENE.npz`.

It prints one line of JSON: {"milliseconds a view": ..., "gives": "..."}. SCENE.npz holds `vertices` (N, 3) float32 in
world metres, `faces` (F, 3) int32, `colors` (N, 3) uint8, `K` (3, 3), `T_world_cam` (V, 4, 4), `size` (width, height)
and `lamps` (L, 3). The first view is not counted.
"""
