"""pyrender: one pass of OpenGL, colour and depth, no shadows. Without a GPU the driver is Mesa's llvmpipe."""

import os

os.environ.setdefault("PYOPENGL_PLATFORM", "egl")

import numpy as np
import pyrender
from viewing import report, scene

found = scene()
primitive = pyrender.Primitive(
    positions=found["vertices"],
    indices=found["faces"],
    color_0=np.c_[found["colors"], np.full(len(found["colors"]), 255)].astype(np.uint8),
    mode=4,
)
stage = pyrender.Scene(ambient_light=(0.4, 0.4, 0.4))
stage.add(pyrender.Mesh([primitive]))
for place in found["lamps"]:
    pose = np.eye(4)
    pose[:3, 3] = place
    stage.add(pyrender.PointLight(intensity=10.0), pose=pose)
K = found["K"]
camera = stage.add(pyrender.IntrinsicsCamera(K[0, 0], K[1, 1], K[0, 2] + 0.5, K[1, 2] + 0.5, 0.02, 100.0))
canvas = pyrender.OffscreenRenderer(*map(int, found["size"]))


def view(T_world_cam: np.ndarray) -> object:
    """A picture and its depth."""
    stage.set_pose(camera, T_world_cam @ np.diag([1.0, -1.0, -1.0, 1.0]))
    return canvas.render(stage)


report(view, found["T_world_cam"], "colour and depth; no shadows")
