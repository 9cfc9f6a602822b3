"""Samples whose every number is known from formulas: boxes in a room, or a single plane, in a smooth texture.

Depth and colours of each pixel are computed by the slab formula; nothing is meshed but for the rays.
"""

import json

import numpy as np
from scenes import Boxes, boxes_in_room, view
from shard_factory import make_content

from scenegen.geometry import View, choose_pixels, pixel_grid
from scenegen.rays import view_rays
from scenegen.seeding import Stage, generator
from scenegen.shards.content import ShardContent
from scenegen.shards.writer import encode_shard
from scenegen.tracing.tracks import follow, trace

CAMERAS = ((-2.4, 1.6, 1.5), (-2.0, -1.6, 1.2), (1.9, 2.0, 1.6))
PLANE = Boxes((np.array([-30.0, -3.0, -30.0]), np.array([30.0, 3.0, 30.0])), ())
"""Seen along +Y from near the origin: the plane y = 3."""


def colors(points):
    """(N, 3) uint8 smooth colours of world points."""
    waves = np.sin(np.asarray(points) @ np.array([[2.0, 1.1, 0.3], [0.7, -1.5, 1.2], [1.3, 0.4, -1.6]]))
    return np.rint(128 + 100 * waves).astype(np.uint8)


def seen(truth: Boxes, v: View):
    """Picture, depth and instances of a view by formulas."""
    shape = (v.camera.height, v.camera.width)
    rays = view_rays(v, pixel_grid(v.camera.width, v.camera.height))
    t, index = truth.first_hit(v.position, rays)
    points = v.position + rays * t[:, None]
    return colors(points).reshape(*shape, 3), t.reshape(shape).astype(np.float32), (index + 1).reshape(shape)


def room_views(size=(160, 120), count=3):
    return tuple(view(at, (0.2, 0, 0.5), size, 0.75 * size[0]) for at in CAMERAS[:count])


def plane_views(size=(160, 120)):
    looks = (((0, 0, 0), (0, 3, 0)), ((0.5, 0.4, 0.2), (0.1, 3, -0.2)))
    return tuple(view(at, to, size, 0.8 * size[0]) for at, to in looks)


def content(truth: Boxes | None = None, views=None, samples=2, layers=("depth", "instance", "normal"), **changes):
    """A shard of equal samples of such a scene; its rays are traced."""
    truth, views = truth or boxes_in_room(), views or room_views()
    height, width = views[0].camera.height, views[0].camera.width
    made = make_content(
        samples, len(views), height, width, slots=3, layers=layers, lens=views[0].camera.lens, **changes
    )
    one = _arrays(truth, views)
    arrays = made.arrays | {
        name: np.repeat(np.asarray(array)[None], samples, 0).astype(made.arrays[name].dtype)
        for name, array in one.items()
        if name in made.arrays
    }
    arrays["objects/asset"] = np.tile(np.array([0, 1, -1], np.int32), (samples, 1))
    arrays["preview"] = arrays["rgb"][0, 0]
    config = json.dumps({"light": {"relight": "off"}})
    return ShardContent(arrays, made.attributes | {"config_json": config} | changes)


def _arrays(truth, views):
    """One sample's arrays by dataset."""
    pictures, depths, instances = (np.stack(parts) for parts in zip(*(seen(truth, v) for v in views), strict=True))
    scene = truth.scene()
    pixels = choose_pixels(views[0].camera.width, views[0].camera.height, (2, 4), generator(0, Stage.RAYS))
    rays = trace(scene, views[0], pixels)
    tracks = [follow(scene, rays, v) for v in views[1:]]
    return {
        "rgb": pictures, "depth": depths, "instance": instances,
        "camera/K": np.stack([v.camera.K for v in views]),
        "camera/T_world_cam": np.stack([v.T_world_cam for v in views]),
        "rays/xy0": rays.xy0, "rays/depth0": rays.depth0, "rays/instance": rays.instance,
        "rays/xy": np.stack([t.xy for t in tracks]), "rays/status": np.stack([t.status for t in tracks]),
    }  # fmt: skip


def shard(path, **options):
    """Write such a shard."""
    path.write_bytes(encode_shard(content(**options)))
    return path
