"""Are the labels true? Stages samples, and measures what is written against independent answers.

    python tools/measure_truth.py                                  (built-in library)
    python tools/measure_truth.py --room-source folder:ROOMS --room redkitchen \
        --object-source shapenet:SHAPENET

Lights are equal in both views here, so that colours can be compared. Open3D (extra `audit`) and
pyrender (extra `gl`) are used where they are installed.
"""

import argparse
import importlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from benching.subject import room_named
from numpy.typing import NDArray

from scenegen.assets.cache import AssetCache
from scenegen.config import CamerasConfig, GenerationConfig, LightConfig, Range, checked
from scenegen.geometry import View, project, transform, unproject
from scenegen.pipeline.attempts import Staged, stage_sample
from scenegen.pipeline.plan import objects_for
from scenegen.pipeline.sample import MadeSample, photograph
from scenegen.pipeline.studio import Studio, open_studio, room_stage
from scenegen.rays import view_rays
from scenegen.rendering.frame import Renderer
from scenegen.staging.stage import RoomStage
from scenegen.status import Status
from scenegen.tracing.raycaster import Scene, nearest, surface
from scenegen.tracing.tracer import Hits
from scenegen.tracing.tracks import TracedRays, follow, judge, trace

Array = NDArray[Any]


@dataclass(frozen=True)
class Shown:
    """A sample as it is written, and the scene it shows."""

    studio: Studio
    staged: Staged
    sample: MadeSample

    def of(self, name: str) -> Array:
        """An array of the sample by dataset name."""
        return self.sample.array(name)

    @property
    def scene(self) -> Scene:
        """Room and objects."""
        return self.staged.layout.scene

    @property
    def views(self) -> tuple[View, ...]:
        """The cameras."""
        return self.staged.view_set.views

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(R,) rays that are visible in view 1."""
        return self.of("rays/status")[0] == Status.VISIBLE

    @property
    def points(self) -> Array:
        """(R, 3) what the rays hit, from the stored numbers alone."""
        K, T = self.of("camera/K")[0], self.of("camera/T_world_cam")[0]
        return unproject(K, T, self.of("rays/xy0"), self.of("rays/depth0"), self.views[0].camera.lens)

    def projected(self, view: int) -> tuple[Array, Array]:
        """Pixels (R, 2) of `points` in a view, and their z-depths (R,) there."""
        K, T = self.of("camera/K")[view], self.of("camera/T_world_cam")[view]
        return project(K, T, self.points, self.views[view].camera.lens)


def prepared(studio: Studio, room: str) -> RoomStage:
    """The first room whose id contains `room`, ready to be furnished."""
    return room_stage(studio, room_named(room, studio))


def shown(studio: Studio, stage: RoomStage, index: int) -> Shown:
    """Sample `index` of a room, as a run would make it."""
    pool, _ = objects_for(studio.rooms.split(stage.room.id), studio.objects)
    staged = stage_sample(studio, stage, pool, index)
    sample = photograph(studio.config, staged.layout, staged.view_set, staged.lighting, studio.renderer, index)
    return Shown(studio, staged, sample)


def reprojection_px(s: Shown) -> Array:
    """Error of project(unproject(xy0, depth0)) against rays/xy at visible rays, pixels."""
    again, _ = s.projected(1)
    return np.abs(again - s.of("rays/xy")[0])[s.seen].max(1)


def depth_agrees(s: Shown) -> Array:
    """Whether the depth layer of view 1 agrees (1 % + 4 mm) at visible rays away from depth edges."""
    depth = s.of("depth")[1]
    xy, z = s.projected(1)
    pixel = np.clip(np.nan_to_num(np.rint(xy)), 0, np.array(depth.shape[::-1]) - 1).astype(int)
    judged = s.seen & flat(depth)[pixel[:, 1], pixel[:, 0]]
    return (np.abs(depth[pixel[:, 1], pixel[:, 0]] - z) < 0.01 * z + 0.004)[judged]


def flat(depth: Array, radius: int = 1, share: float = 0.02) -> NDArray[np.bool_]:
    """(H, W) pixels whose neighbourhood is one smooth surface: no depth edge and no hole."""
    shifts = range(-radius, radius + 1)
    stack = np.stack([np.roll(depth, (dy, dx), (0, 1)) for dy in shifts for dx in shifts])
    mask = (stack.min(0) > 0) & (stack.max(0) - stack.min(0) < share * np.maximum(stack.min(0), 1e-6))
    mask[:radius] = mask[-radius:] = False
    mask[:, :radius] = mask[:, -radius:] = False
    return mask


def swapped(s: Shown) -> tuple[Array, Array]:
    """Visible targets traced from their own side: does view 0 see them, and how far from the source pixel, px."""
    a, b = s.views[:2]
    directions = view_rays(b, s.of("rays/xy")[0][s.seen].astype(float))
    hits = nearest(s.scene, b.position[None], directions)
    points = surface(s.scene, hits, b.position[None], directions).points
    back, _ = project(a.camera.K, a.T_world_cam, points, a.camera.lens)
    free = nearest(s.scene, a.position[None], np.nan_to_num(points) - a.position).t > 1 - 1e-4
    return free, np.nan_to_num(np.abs(back - s.of("rays/xy0")[s.seen]).max(1), nan=np.inf)


class Oracle:
    """Open3D's ray caster over the same triangles: an independent second tracer."""

    def __init__(self, scene: Scene) -> None:
        o3d: Any = importlib.import_module("open3d")
        self._o3d = o3d
        self._tracer = o3d.t.geometry.RaycastingScene()
        owner = {self._tracer.INVALID_ID: 0}
        for body in scene.bodies:
            vertices = transform(body.T_world_body, body.mesh.vertices).astype(np.float32)
            number = self._tracer.add_triangles(
                o3d.core.Tensor(vertices), o3d.core.Tensor(body.mesh.faces.astype(np.uint32))
            )
            owner[number] = body.instance
        self._owner = owner

    def nearest(self, origin: Array, directions: Array) -> Hits:
        """First hits in the form that `tracks.judge` takes."""
        rays = np.concatenate([np.broadcast_to(origin, directions.shape), directions], 1).astype(np.float32)
        out = self._tracer.cast_rays(self._o3d.core.Tensor(rays))
        instance = np.array([self._owner[i] for i in out["geometry_ids"].numpy().tolist()], np.uint16)
        primitive = np.where(instance > 0, out["primitive_ids"].numpy().astype(np.int64), -1).astype(np.int32)
        uv = out["primitive_uvs"].numpy()
        return Hits(instance, primitive, uv[:, 0], uv[:, 1], out["t_hit"].numpy())


def open3d_status(s: Shown, oracle: Oracle) -> Array:
    """Whether Open3D's hits get the same status, over rays that neither finds ambiguous."""
    a, b = s.views[:2]
    rays = trace(s.scene, a, s.of("rays/xy0"))
    return same_verdicts(rays, follow(s.scene, rays, b).status, b, oracle)


def same_verdicts(rays: TracedRays, ours: Array, view: View, oracle: Oracle) -> Array:
    """Whether Open3D's hits give the rays the status that is ours (R,) in a view, where neither is ambiguous."""
    rows = np.flatnonzero(np.isin(ours, [Status.VISIBLE, Status.OCCLUDED, Status.AMBIGUOUS]))
    theirs = judge(rays, rows, view, oracle.nearest(view.position, rays.points[rows] - view.position))
    clear = (ours[rows] != Status.AMBIGUOUS) & (theirs != Status.AMBIGUOUS)
    return (ours[rows] == theirs)[clear]


def open3d_depth(s: Shown, oracle: Oracle) -> Array:
    """Whether Open3D finds the same depth in view 0 (1e-4 of it + 0.1 mm), over all rays."""
    a = s.views[0]
    hits = oracle.nearest(a.position, view_rays(a, s.of("rays/xy0").astype(float)))
    depth = s.of("rays/depth0")
    theirs = np.where(hits.instance > 0, hits.t, 0)
    return np.abs(theirs - depth) < 1e-4 * depth + 1e-4


def color_difference(s: Shown) -> Array:
    """Largest difference over r, g, b at both ends of visible rays where the pictures are even; grey levels."""
    rgb, xy0 = s.of("rgb").astype(float), s.of("rays/xy0").astype(int)
    good = s.seen & flat(s.of("depth")[0], 2)[xy0[:, 1], xy0[:, 0]]
    pixel = np.rint(s.of("rays/xy")[0][good]).astype(int).clip(0, np.array(rgb.shape[2:0:-1]) - 1)
    source = xy0[good]
    smooth = even(rgb[0])[source[:, 1], source[:, 0]] & even(rgb[1])[pixel[:, 1], pixel[:, 0]]
    first, second = rgb[0][source[:, 1], source[:, 0]], rgb[1][pixel[:, 1], pixel[:, 0]]
    return np.abs(first - second).max(1)[smooth]


def even(image: Array, limit: float = 10) -> NDArray[np.bool_]:
    """(H, W) pixels whose 3 x 3 neighbourhood has nearly one colour."""
    stack = np.stack([np.roll(image, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
    return (np.ptp(stack, axis=0) <= limit).all(-1)


def pyrender_depth(s: Shown, renderer: Renderer) -> Array:
    """Whether pyrender's depth is within 1 mm of Embree's, over pixels away from edges."""
    frame = renderer.render(s.scene, s.views[0], s.staged.lighting[0])
    ours = s.of("depth")[0]
    return (np.abs(frame.depth - ours) < 1e-3)[flat(ours) & (frame.depth > 0)]


def measurements(s: Shown, gl: Renderer | None, use_oracle: bool) -> dict[str, Array]:
    """All measurements of one sample."""
    free, error = swapped(s)
    out = {
        "re-projection error, px": reprojection_px(s),
        "depth of the other view agrees": depth_agrees(s),
        "swapped: the first view sees it too": free,
        "swapped: back at the source pixel, px": error,
        "colours at both ends differ, levels": color_difference(s),
    }
    if use_oracle:
        oracle = Oracle(s.scene)
        out["Open3D gives the same status"] = open3d_status(s, oracle)
        out["Open3D gives the same depth"] = open3d_depth(s, oracle)
    if gl:
        out["pyrender depth within 1 mm"] = pyrender_depth(s, gl)
    return out


def options(about: str | None, samples: int) -> argparse.Namespace:
    """The command line of a tool that measures samples of a room."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--room-source", default="procedural")
    parser.add_argument("--object-source", default="procedural")
    parser.add_argument("--room", default="", help="a part of the id of the room to use")
    parser.add_argument("--samples", type=int, default=samples)
    parser.add_argument("--lens", default="pinhole", help="as of scenegen render")
    parser.add_argument("--focal-px", type=float, default=500.0, help="as of scenegen render")
    return parser.parse_args()


def wanted(args: argparse.Namespace) -> GenerationConfig:
    """What these options ask for, all views lit alike."""
    cameras = CamerasConfig(lens=args.lens, focal_px=Range(args.focal_px, args.focal_px))
    sources = {"room_source": args.room_source, "object_source": args.object_source}
    return checked(GenerationConfig(**sources, cameras=cameras, light=LightConfig(relight="off")))


def available(make: Callable[[], Any]) -> Any:
    """What `make` gives, or None with the reason printed."""
    try:
        return make()
    except Exception as error:
        print(f"left out: {error}")
        return None


def main() -> None:
    """Measure and print one line each."""
    args = options(__doc__, 16)
    config = wanted(args)
    studio = open_studio(config, AssetCache())
    stage = prepared(studio, args.room)
    from scenegen.rendering.choice import open_renderer

    gl = None if config.cameras.optics.bends else available(lambda: open_renderer("pyrender"))
    oracle = available(lambda: __import__("open3d")) is not None
    found: dict[str, list[Array]] = defaultdict(list)
    for index in range(args.samples):
        for name, values in measurements(shown(studio, stage, index), gl, oracle).items():
            found[name].append(values)
    print(f"{stage.room.id}: {args.samples} samples, {config.size.width}x{config.size.height}, seed {config.seed}")
    for name, parts in found.items():
        print(f"  {name:40s} {told(np.concatenate(parts))}")


def told(values: Array) -> str:
    """Figures of one measurement in words."""
    if values.dtype == bool:
        return f"{100 * values.mean():8.3f} %  of {len(values):,}"
    high = np.quantile(values, [0.5, 0.99, 1.0])
    return f"median {high[0]:.2e}  99 % {high[1]:.2e}  max {high[2]:.2e}  of {len(values):,}"


if __name__ == "__main__":
    main()
