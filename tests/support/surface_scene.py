"""A board and a thing before two cameras, with layers that are known exactly."""

from types import SimpleNamespace

import numpy as np
from scenes import body, box, inside_out, view

from scenegen.geometry import compose, pixel_grid, rotation_about
from scenegen.rays import view_rays
from scenegen.shards.origin import Origin
from scenegen.tracing.raycaster import Scene, pixel_hits, surface

ROOM = inside_out(box((-3, -3, 0), (3, 3, 3)))
THING = box((-0.3, -0.2, -0.25), (0.3, 0.2, 0.25))
BOARD = box((-0.5, -0.5, -0.001), (0.5, 0.5, 0.001))
HERE = compose(rotation_about((0, 0, 1), 0.4), (0.2, 0.1, 0.8))
THERE = compose(rotation_about((0.1, 0.2, 1), 2.1), (-0.5, 0.6, 0.9), 0.8)
EYE = np.array([1.6, 0.3, 1.6])
ORIGIN = Origin("room_001", "procedural", "procedural")


def sample(placed, cameras, origin=ORIGIN, normals=True, lens="pinhole"):
    """What is stored of objects (id, mesh, pose) in a room, seen by cameras (position, target)."""
    scene = Scene((body(ROOM, 1), *(body(mesh, k, T) for k, (_, mesh, T) in enumerate(placed, 2))))
    views = [view(at, to, (160, 120), 130.0, lens=lens) for at, to in cameras]
    hits = [pixel_hits(scene, v) for v in views]
    rays = [view_rays(v, pixel_grid(160, 120)) for v in views]
    found = [surface(scene, h, v.position[None], r) for h, v, r in zip(hits, views, rays, strict=True)]
    turned = [
        f.normals * -np.sign(np.einsum("ij,ij->i", f.normals, r))[:, None] for f, r in zip(found, rays, strict=True)
    ]
    in_camera = [n @ v.T_world_cam[:3, :3] for n, v in zip(turned, views, strict=True)]
    return SimpleNamespace(
        scene=scene,
        views=views,
        depth=np.stack([np.where(h.instance > 0, h.t, 0).reshape(120, 160) for h in hits]),
        instance=np.stack([h.instance.reshape(120, 160) for h in hits]),
        normal=np.rint(127 * np.stack(in_camera)).astype(np.int8).reshape(-1, 120, 160, 3) if normals else None,
        K=np.stack([v.camera.K for v in views]),
        lenses=tuple(v.camera.lens for v in views),
        T_world_cam=np.stack([v.T_world_cam for v in views]),
        T_world_object=np.stack([T for *_, T in placed]),
        object_id=np.array([name for name, *_ in placed]),
        origin=origin,
    )
