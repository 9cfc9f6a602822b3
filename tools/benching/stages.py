"""Where the time of a pair goes, its rays by kind, and what the same rays cost in bare packets."""

import time
from collections.abc import Callable

import numpy as np

from benching.clock import PARTS, RAYS, Clock
from benching.section import Section
from benching.subject import Subject, Timing, opened, peak_mb, timed
from scenegen.pipeline.attempts import Staged, restage
from scenegen.pipeline.studio import Studio
from scenegen.rays import view_rays
from scenegen.tracing.raycaster import blocked, nearest, pixel_hits

REPEATS = 5
TILE_PX = 4


def stages(subject: Subject) -> list[Section]:
    """The pair by stage, and its rays."""
    studio, clock = opened(subject), Clock()
    timing = timed(subject, studio, clock)
    return [_parts(timing, clock), _rays(timing, clock, _bare(studio, timing.room))]


def _parts(timing: Timing, clock: Clock) -> Section:
    rows = [_part(part, clock.seconds[part], timing) for part in PARTS]
    note = (
        f"{timing.room}, {timing.triangles:,} triangles: {timing.pairs} pairs in {timing.seconds:.1f} s on one core, "
        f"**{timing.rate:.2f} pairs/s**; {timing.written / timing.pairs / 1e6:.2f} MB a pair, peak memory "
        f"{peak_mb():.0f} MB. Times are exclusive."
    )
    return Section("Where the time of a pair goes", tuple(rows), note)


def _part(name: str, seconds: float, timing: Timing) -> dict[str, object]:
    return {"part": name, "ms a pair": 1000 * seconds / timing.pairs, "share, %": 100 * seconds / timing.seconds}


def _rays(timing: Timing, clock: Clock, bare: dict[str, float]) -> Section:
    """Rays by kind, what they took, and what they take when nothing but packets is traced."""
    rows = [
        {
            "rays": kind,
            "thousands a pair": clock.rays[kind] / timing.pairs / 1000,
            "ms a pair": 1000 * clock.seconds[kind] / timing.pairs,
            "bare packets, ms": clock.rays[kind] / timing.pairs / bare[kind] * 1000,
        }
        for kind in RAYS
    ]
    spent, least = (sum(float(row[column]) for row in rows) for column in ("ms a pair", "bare packets, ms"))
    note = (
        f"The whole pair, {timing.ms:.0f} ms, takes {timing.ms / spent:.2f} times its rays and {timing.ms / least:.2f} "
        f"times the same rays in bare packets (pixels {bare['primary rays'] / 1e6:.1f}, shadows "
        f"{bare['shadow rays'] / 1e6:.1f}, scattered {bare['stage rays'] / 1e6:.1f} million a second)."
    )
    return Section("Its rays", tuple(rows), note)


def _bare(studio: Studio, room: str) -> dict[str, float]:
    """Rays a second of each kind in one furnished scene: a picture's, a lamp's, and those of many eyes."""
    staged = restage(studio, room, "train", 0)
    rate = {
        "primary rays": _rate(lambda: len(pixel_hits(staged.layout.scene, staged.view_set.views[0]))),
        "shadow rays": _rate(_lamp_rays(staged)),
        "stage rays": _rate(_scattered_rays(staged)),
    }
    return rate | {"track rays": rate["stage rays"]}


def _rate(ask: Callable[[], int]) -> float:
    """Rays a second, the best of a few."""
    best = 0.0
    for _ in range(REPEATS):
        started = time.perf_counter()
        count = ask()
        best = max(best, count / (time.perf_counter() - started))
    return best


def _lamp_rays(staged: Staged) -> Callable[[], int]:
    """From the first lamp to what a picture shows, tile by tile."""
    view, scene = staged.view_set.views[0], staged.layout.scene
    width, height = view.camera.width, view.camera.height
    y, x = np.mgrid[0:height, 0:width].reshape(2, -1)
    order = np.lexsort((x % TILE_PX, y % TILE_PX, x // TILE_PX, y // TILE_PX))
    directions = view_rays(view, np.stack([x, y], 1)[order].astype(np.float64))
    hits = nearest(scene, view.position[None], directions)
    points = view.position + directions * np.where(hits.instance > 0, hits.t, 1)[:, None]
    lamp = np.array(staged.lighting[0].lights[0].position)
    towards = (points - lamp).astype(np.float32)
    return lambda: len(blocked(scene, lamp[None].astype(np.float32), towards, 0.999))


def _scattered_rays(staged: Staged) -> Callable[[], int]:
    """From many places to the middle of the objects, in no order."""
    scene, places = staged.layout.scene, staged.layout.camera_space.points
    eyes = np.resize(places, (20_000, 3))[np.random.default_rng(0).permutation(20_000)].astype(np.float32)
    towards = (staged.layout.camera_space.target - eyes).astype(np.float32)
    return lambda: len(nearest(scene, eyes, towards))
