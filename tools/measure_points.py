"""How far object coordinates that follow from depth, cameras and poses lie from the points that rays hit.

    python tools/measure_points.py                                  (built-in library)
    python tools/measure_points.py --room-source folder:ROOMS --room redkitchen \
        --object-source shapenet:SHAPENET --samples 8

`Sample.object_points` of every pixel of both views against the exact hit, carried into the frame of what was hit:
millimetres in the world, so that an object's scale does not matter.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
from measure_truth import Shown, options, prepared, shown, wanted
from numpy.typing import NDArray

from scenegen.assets.cache import AssetCache
from scenegen.geometry import inverse, lengths, pixel_grid, transform
from scenegen.instances import ROOM
from scenegen.pipeline.studio import open_studio
from scenegen.rays import view_rays
from scenegen.shards import object_points
from scenegen.tracing.raycaster import pixel_hits, surface

Array = NDArray[Any]
FIELDS = {"K": "camera/K", "T_world_cam": "camera/T_world_cam", "T_world_object": "objects/T_world_object"}


def errors(s: Shown) -> Array:
    """(N, 3) of the pixels that hit something: error in mm, depth in metres, and 1 on the room, 0 on an object."""
    stored = {name: s.of(FIELDS.get(name, name)) for name in ("depth", "instance", *FIELDS)}
    stored |= {"lenses": tuple(view.camera.lens for view in s.views)}
    return np.concatenate([_of_view(s, SimpleNamespace(**stored), view) for view in range(len(s.views))])


def _of_view(s: Shown, stored: Any, view: int) -> Array:
    eye = s.views[view]
    hits, rays = pixel_hits(s.scene, eye), view_rays(eye, pixel_grid(eye.camera.width, eye.camera.height))
    exact = surface(s.scene, hits, eye.position[None], rays).points
    points, depth = object_points(stored, view).reshape(-1, 3), stored.depth[view].ravel()
    rows = [(body, np.flatnonzero(hits.instance == body.instance)) for body in s.scene.bodies]
    off_m = [lengths(points[k] - transform(inverse(body.T_world_body), exact[k])) * body.scale for body, k in rows]
    room = [np.full(len(k), body.instance == ROOM) for body, k in rows]
    return np.stack([1e3 * np.concatenate(off_m), depth[np.concatenate([k for _, k in rows])], np.concatenate(room)], 1)


def table(found: Array) -> str:
    """Quantiles of the error over all pixels, over those of objects, and as a share of depth."""
    lines = [f"  {'':28s} {'median':>9s} {'99 %':>9s} {'99.99 %':>9s} {'max':>9s}"]
    for name, values in {
        "mm, all pixels": found[:, 0],
        "mm, pixels of objects": found[found[:, 2] == 0, 0],
        "millionths of the depth": 1e3 * found[:, 0] / found[:, 1],
    }.items():
        shown_values = " ".join(f"{q:9.4f}" for q in np.quantile(values, (0.5, 0.99, 0.9999, 1)))
        lines.append(f"  {name:28s} {shown_values}  of {len(values):,}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    args = options(__doc__, 8)
    config = wanted(args)
    studio = open_studio(config, AssetCache())
    stage = prepared(studio, args.room)
    found = np.concatenate([errors(shown(studio, stage, index)) for index in range(args.samples)])
    width, height = config.size
    print(f"{stage.room.id}: {args.samples} samples, {width}x{height}, seed {config.seed}\n\n{table(found)}")


if __name__ == "__main__":
    main()
