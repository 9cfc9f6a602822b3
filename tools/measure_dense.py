"""Hold the dense layer against independent answers, and tests by depth maps against the layer.

    python tools/measure_dense.py                                  (built-in library)
    python tools/measure_dense.py --room-source folder:ROOMS --room redkitchen \
        --object-source shapenet:SHAPENET --samples 8

The categories of the layer `semantic` are held against what Open3D's tracer hits, by the names of the source's labels.
The verdicts of the layer `visibility` are held against the rays', against Open3D's tracer (extra `audit`) on every
pixel, and against a second pass with 4 x 4 rays a pixel. Then pixels are judged as data sets are that have depth maps
alone: the point is carried into the other view and called visible where its depth is near enough to that of the depth
map. Counted are pixels whose point falls into the other picture and is visible or hidden there, by distance and by
incidence.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from measure_truth import Oracle, Shown, available, options, prepared, same_verdicts, shown, wanted
from numpy.typing import NDArray

from scenegen.assets.cache import AssetCache
from scenegen.assets.face_names import UNKNOWN
from scenegen.geometry import Scaling, View, pixel_grid, project, unproject
from scenegen.instances import ROOM
from scenegen.pipeline.studio import open_studio
from scenegen.rays import view_rays
from scenegen.status import Status
from scenegen.tracing.dense import visibility
from scenegen.tracing.raycaster import pixel_hits
from scenegen.tracing.tracks import trace

Array = NDArray[Any]
FINE = 4
"""Rays a side of a pixel in the second pass."""
RULES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "4 cm": lambda z, near, far: np.abs(near - z) <= 0.04,
    "0.5 %": lambda z, near, far: np.abs(near - z) <= 0.005 * z,
    "1 %": lambda z, near, far: np.abs(near - z) <= 0.01 * z,
    "5 %": lambda z, near, far: np.abs(near - z) <= 0.05 * z,
    "1 %, deepest of 4": lambda z, near, far: z <= 1.01 * far,
}
"""Name of a rule to (N,) whether it calls points visible whose depth is z.

`near` is the depth map at the nearest pixel, `far` at the deepest of the four pixels around.
"""
DISTANCES_M = (0.0, 1.5, 3.0, 5.0, np.inf)
INCIDENCES_DEG = (0.0, 45.0, 70.0, 80.0, 90.0)


def at(depth: Array, xy: Array) -> tuple[Array, Array]:
    """Depth at the nearest pixel, and the largest of the four pixels around."""
    last = np.array(depth.shape[::-1]) - 1
    whole = np.clip(np.nan_to_num(np.rint(xy)), 0, last).astype(int)
    low = np.clip(np.nan_to_num(np.floor(xy)), 0, last - 1).astype(int)
    four = [depth[low[:, 1] + dy, low[:, 0] + dx] for dy in (0, 1) for dx in (0, 1)]
    return depth[whole[:, 1], whole[:, 0]], np.max(four, 0)


def carried(s: Shown, view: int, other: int) -> tuple[Array, Array]:
    """Where the points of all pixels of a view fall in another one, and their depth there, by depth and cameras."""
    (a, T_a), (b, T_b) = ((s.views[v].camera, s.views[v].T_world_cam) for v in (view, other))
    depth = s.of("depth")[view].ravel()
    points = unproject(a.K, T_a, pixel_grid(a.width, a.height), np.where(depth > 0, depth, np.nan), a.lens)
    return project(b.K, T_b, points, b.lens)


def judged(s: Shown) -> Iterator[dict[str, Array]]:
    """Of each ordered pair of views, the pixels that are visible or hidden: truth, rules, distance and incidence."""
    for view, other in ((0, 1), (1, 0)):
        truth = s.of("visibility")[view][..., 0].ravel()
        xy, z = carried(s, view, other)
        rows = np.isin(truth, [Status.VISIBLE, Status.OCCLUDED])
        near, far = at(s.of("depth")[other], xy[rows])
        yield {
            "visible": truth[rows] == Status.VISIBLE,
            "distance, m": s.of("depth")[view].ravel()[rows],
            "incidence, degrees": incidence_deg(s, view)[rows],
            **{name: rule(z[rows], near, far) for name, rule in RULES.items()},
        }


def incidence_deg(s: Shown, view: int) -> Array:
    """(H W,) angle between each pixel's ray and the normal."""
    camera = s.views[view].camera
    rays = view_rays(View(camera, np.eye(4)), pixel_grid(camera.width, camera.height))
    normal = s.of("normal")[view].reshape(-1, 3).astype(float)
    length = np.linalg.norm(normal, axis=1) * np.linalg.norm(rays, axis=1)
    cosine = -np.einsum("ij,ij->i", normal, rays) / np.maximum(length, 1e-9)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def wrong(rows: dict[str, Array], mask: Array) -> str:
    """Wrong verdicts of each rule among some pixels: hidden ones called visible + visible ones called hidden, %."""
    truth, cells = rows["visible"][mask], []
    for name in RULES:
        said = rows[name][mask]
        cells.append(f"{100 * np.mean(said & ~truth):.2f} + {100 * np.mean(~said & truth):.2f}")
    return " | ".join(cells)


def table(rows: dict[str, Array]) -> str:
    """Wrong verdicts by rule, in all and by bins, in Markdown."""
    lines = [f"| pixels | share | {' | '.join(RULES)} |", "| --- " * (len(RULES) + 2) + "|"]
    lines.append(f"| all | 100 % | {wrong(rows, np.ones(len(rows['visible']), bool))} |")
    for name, edges in (("distance, m", DISTANCES_M), ("incidence, degrees", INCIDENCES_DEG)):
        for low, high in pairwise(edges):
            mask = (rows[name] >= low) & (rows[name] < high)
            if mask.any():
                label = f"{name.split(',')[0]} {low:g} to {high:g} {name.split(', ')[1]}"
                lines.append(f"| {label} | {100 * mask.mean():.1f} % | {wrong(rows, mask)} |")
    return "\n".join(lines)


def checks(s: Shown, use_oracle: bool) -> dict[str, Array]:
    """What the layer agrees with: one entry for each pixel, or ray, that is compared."""
    layer, (x, y) = s.of("visibility"), s.of("rays/xy0").astype(int).T
    found = {"the rays' verdicts": layer[0][y, x].T.ravel() == s.of("rays/status").ravel()}
    found["4 x 4 rays a pixel: most have the pixel's verdict"] = finer(s)
    if use_oracle:
        oracle = Oracle(s.scene)
        found["Open3D's verdicts, every pixel"] = open3d(s, oracle)
        if "semantic" in s.sample.layers:
            found["Open3D's categories, every pixel"] = categories(s, oracle)
    return found


def finer(s: Shown) -> Array:
    """(H W,) whether most of 16 rays through a pixel have the verdict of its centre."""
    view, camera = s.views[0], s.views[0].camera
    factor = np.full(2, float(FINE))
    fine = replace(
        camera, width=FINE * camera.width, height=FINE * camera.height, K=Scaling(factor).intrinsics(camera.K)
    )
    many = visibility(s.scene, View(fine, view.T_world_cam), s.views[1:2])[..., 0]
    cells = many.reshape(camera.height, FINE, camera.width, FINE).swapaxes(1, 2).reshape(-1, FINE**2)
    own = s.of("visibility")[0][..., 0].reshape(-1, 1)
    return (cells == own).mean(1) >= 0.5


def categories(s: Shown, oracle: Oracle) -> Array:
    """(V H W,) whether pixels have the name of what Open3D's tracer hits."""
    ours = np.array(s.sample.names["semantic"], object)[s.of("semantic")]
    return np.concatenate([ours[k].ravel() == named(s, oracle, view) for k, view in enumerate(s.views)])


def named(s: Shown, oracle: Oracle, view: View) -> Array:
    """(H W,) names of what Open3D's tracer hits: of the face's label, or of the object."""
    hits = oracle.nearest(view.position, view_rays(view, pixel_grid(view.camera.width, view.camera.height)))
    room, label = s.staged.layout.stage.room, s.staged.layout.stage.room.mesh.face_label
    label = np.zeros(len(room.mesh.faces), np.int32) if label is None else label
    of_object = {placed.instance: placed.category for placed in s.staged.layout.placed}
    return np.array(
        [
            room.categories.get(int(label[face]), UNKNOWN) if k == ROOM else of_object.get(k, UNKNOWN)
            for k, face in zip(hits.instance.tolist(), hits.primitive.tolist(), strict=True)
        ],
        object,
    )


def open3d(s: Shown, oracle: Oracle) -> Array:
    """Whether Open3D's hits get the same status, over the pixels that neither finds ambiguous."""
    a, b = s.views[:2]
    xy0 = pixel_grid(a.camera.width, a.camera.height).astype(np.uint16)
    rays = trace(s.scene, a, xy0, pixel_hits(s.scene, a))
    return same_verdicts(rays, s.of("visibility")[0][..., 0].ravel(), b, oracle)


def main() -> None:
    """Measure and print."""
    args = options(__doc__, 8)
    config = wanted(args)
    config = replace(config, layers=(*config.layers, "visibility", "semantic"))
    studio = open_studio(config, AssetCache())
    stage = prepared(studio, args.room)
    oracle = available(lambda: __import__("open3d")) is not None
    agreeing: dict[str, list[Array]] = {}
    rows: dict[str, list[Array]] = {}
    for index in range(args.samples):
        s = shown(studio, stage, index)
        for name, values in checks(s, oracle).items():
            agreeing.setdefault(name, []).append(values)
        for part in judged(s):
            for name, values in part.items():
                rows.setdefault(name, []).append(values)
    width, height = config.size
    print(f"{stage.room.id}: {args.samples} samples, {width}x{height}, seed {config.seed}\n")
    for name, parts in agreeing.items():
        values = np.concatenate(parts)
        print(f"  {name:50s} {100 * values.mean():8.4f} %  of {len(values):,}")
    print("\n" + table({name: np.concatenate(parts) for name, parts in rows.items()}))


if __name__ == "__main__":
    main()
