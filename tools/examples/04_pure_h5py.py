"""Read shards with h5py and NumPy alone: cameras, depth and rays agree to a ten-thousandth of a pixel.

    python tools/examples/04_pure_h5py.py SHARD.h5

What the datasets are is said in the file itself: each has `description`, `units` and labels of its dimensions. The
cameras here are pinholes; what a lens does, the descriptions of `camera/brown` and `camera/fisheye` say.
"""

import sys
from typing import Any

import h5py
import numpy as np

path = sys.argv[1] if len(sys.argv) == 2 else sys.exit(f"usage: {sys.argv[0]} SHARD.h5")
file: Any = h5py.File(path)
if {"brown", "fisheye"} & set(file["camera"]):
    sys.exit("these cameras have a lens: this example is of pinholes, scenegen/README.md has the other formulas")
print(file["rgb"].attrs["description"].decode(), file["rgb"].shape)
visible = h5py.check_enum_dtype(file["rays/status"].dtype)["visible"]
for sample in range(len(file["rgb"])):
    K, T_world_cam = file["camera/K"][sample], file["camera/T_world_cam"][sample]
    seen = file["rays/status"][sample, 0] == visible
    xy0, depth0 = file["rays/xy0"][sample][seen], file["rays/depth0"][sample][seen]
    xy1 = file["rays/xy"][sample, 0][seen]

    pixels = np.concatenate([xy0, np.ones((len(xy0), 1))], axis=1)
    camera = (pixels @ np.linalg.inv(K[0]).T) * depth0[:, None]  # points of the first camera
    world = camera @ T_world_cam[0, :3, :3].T + T_world_cam[0, :3, 3]
    other = (world - T_world_cam[1, :3, 3]) @ T_world_cam[1, :3, :3] @ K[1].T
    error = np.abs(other[:, :2] / other[:, 2:] - xy1).max()
    print(f"sample {sample}: {len(xy0)} matches, projected again within {error:.1e} px")
