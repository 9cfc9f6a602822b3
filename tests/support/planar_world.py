"""Pictures of one plane and their homographies, in the layout of HPatches."""

import json

import numpy as np
from import_world import noise, save_rgb

H = np.array([[1.1, 0.08, 5.0], [-0.05, 0.95, 3.0], [2e-4, -1e-4, 1.0]])


def warped(rgb, size):
    """The picture that a camera sees whose pixels are H times ours."""
    back = np.linalg.inv(H)
    y, x = np.mgrid[: size[1], : size[0]]
    places = np.stack([x.ravel(), y.ravel(), np.ones(x.size)]).astype(float)
    u, v, w = back @ places
    column, row = np.rint(u / w).astype(int), np.rint(v / w).astype(int)
    inside = (column >= 0) & (row >= 0) & (column < rgb.shape[1]) & (row < rgb.shape[0])
    out = np.zeros((size[1] * size[0], 3), np.uint8)
    out[inside] = rgb[row[inside], column[inside]]
    return out.reshape(size[1], size[0], 3)


def write_planar(folder, sizes=((160, 120), (200, 100)), **said):
    save_rgb(folder / "a.png", noise(*sizes[0]))
    save_rgb(folder / "b.png", warped(noise(*sizes[0]), sizes[1]))
    said = {"image1": "a.png", "image2": "b.png", "homography": H.tolist(), **said}
    (folder / "points.json").write_text(json.dumps(said))
