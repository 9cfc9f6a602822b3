"""Open3D's ray caster: first hits of all pixels, nothing shaded. One thread, as far as it lets itself be told."""

import numpy as np
import open3d as o3d
from viewing import report, scene

found = scene()
caster = o3d.t.geometry.RaycastingScene(nthreads=1)  # pyright: ignore[reportCallIssue]
caster.add_triangles(found["vertices"].astype(np.float32), found["faces"].astype(np.uint32))
width, height = map(int, found["size"])
K = o3d.core.Tensor(found["K"])  # pyright: ignore[reportCallIssue]


def view(T_world_cam: np.ndarray) -> object:
    """Hits of a picture."""
    T_cam_world = o3d.core.Tensor(np.linalg.inv(T_world_cam))  # pyright: ignore[reportCallIssue]
    rays = o3d.t.geometry.RaycastingScene.create_rays_pinhole(K, T_cam_world, width, height)
    return caster.cast_rays(rays, nthreads=1)["t_hit"].numpy()


report(view, found["T_world_cam"], "distance, face, normal of all pixels; no picture")
