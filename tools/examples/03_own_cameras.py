"""A scene built by hand: own mesh, own poses, own cameras; a picture, and matches with what hides them.

python tools/examples/03_own_cameras.py
"""

import numpy as np

import scenegen as sg

QUAD = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], np.float32)
FACES = ((0, 1, 2), (0, 2, 3))

floor = sg.make_mesh(3 * QUAD, FACES, color=(0.8, 0.7, 0.5))
plate = sg.make_mesh(0.3 * QUAD, FACES, color=(0.7, 0.1, 0.1))
scene = sg.build_scene([floor, (plate, sg.compose(translation=(0, 0, 0.8)))])

camera = sg.pinhole(320, 240, 260.0)
left = sg.View(camera, sg.look_at((-0.4, -2.0, 2.0), (0, 0, 0.4)))
right = sg.View(camera, sg.look_at((0.6, -1.8, 2.2), (0, 0, 0.4)))

lamp = sg.PointLight(position=(1.0, -1.0, 2.5), color=(1.0, 0.9, 0.8))
light = sg.Lighting(lights=(lamp,), ambient_up=(0.3, 0.3, 0.3), ambient_down=(0.2, 0.2, 0.2))
frame = sg.render_view(scene, left, light)
print(
    "picture",
    frame.rgb.shape,
    "instances",
    np.unique(frame.instance),
    f"nearest {frame.depth[frame.depth > 0].min():.3f} m",
)

found = sg.correspond(scene, left, right)
hidden = found.status == sg.Status.OCCLUDED
print(f"{found.visible.sum()} matches; {hidden.sum()} points of the floor are behind the plate in the other view")
