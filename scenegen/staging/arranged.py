"""Cameras that follow from a sample's first one: side by side on a rig, or the frames of a smooth path.

Frame k of a path is k / FRAMES_PER_S seconds after the first one. Focal length, the first one's roll and light stay.

- stereo:B  each camera B metres along the first one's x axis from the one before.
- orbit     the camera turns about the vertical line through the point that it looks at, evenly, to either side.
- walk      it goes on at WALK_M_PER_S in a level direction, its height and side swaying with the steps, and keeps
            looking at that point.
- handheld  it trembles about its place: sums of sinusoids, which begin at rest, along and about its axes.
"""

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scenegen.config import CamerasConfig
from scenegen.geometry import View, compose, lengths, look_at, rotation_about
from scenegen.seeding import Generator
from scenegen.tracing.raycaster import Scene, nearest

Array = NDArray[np.float64]
Arrangement = Callable[[View, Array, int, Generator], tuple[View, ...]]
"""From the first camera, what it looks at (3,), how many there are, and chance: all of them, the first one included."""

FRAMES_PER_S = 24.0
ORBIT_DEG_PER_S = (12.0, 36.0)
WALK_M_PER_S = 1.2
STEPS_PER_S, STEP_UP_M, STEP_SIDE_M = 1.8, 0.02, 0.015
"""A walker's steps, and how far his head goes up and aside with them."""
TREMBLE_HZ = np.array([0.4, 1.1, 2.7])
TREMBLE_M, TREMBLE_DEG = np.array([0.03, 0.008, 0.002]), np.array([1.5, 0.5, 0.15])
"""Largest amplitudes of the sinusoids along and about each axis."""


_AROUND = np.array([d for d in product((-1.0, 0.0, 1.0), repeat=3) if any(d)])
_AROUND /= lengths(_AROUND)[:, None]
"""(26, 3) directions to all sides, none farther than 28 degrees from one of them."""


def arrangement(config: CamerasConfig) -> Arrangement | None:
    """How all but the first camera are placed; None where each finds its own place."""
    if config.spacing_m is not None:
        spacing_m = config.spacing_m
        return lambda first, _, count, __: rig(first, spacing_m, count)
    return PATHS.get(config.trajectory)


def way_is_clear(scene: Scene, views: tuple[View, ...], clearance_m: float) -> bool:
    """Whether nothing stands between a camera and the next, and nothing too near to one: 26 rays from each tell."""
    stops = np.array([view.position for view in views])
    between = nearest(scene, stops[:-1], np.diff(stops, axis=0)).t >= 1
    starts = np.repeat(stops[1:], len(_AROUND), axis=0)
    around = nearest(scene, starts, np.tile(_AROUND, (len(stops) - 1, 1))).t >= clearance_m
    return bool(between.all() and around.all())


def rig(first: View, spacing_m: float, count: int) -> tuple[View, ...]:
    """Cameras side by side: each so many metres along the first one's x axis from the one before, else the same."""
    steps = np.arange(count)[:, None] * spacing_m * first.T_world_cam[:3, 0]
    poses = np.tile(first.T_world_cam, (count, 1, 1))
    poses[:, :3, 3] += steps
    return tuple(View(first.camera, pose) for pose in poses)


def orbit(first: View, target: Array, count: int, rng: Generator) -> tuple[View, ...]:
    """A turn about the vertical line through `target`."""
    speed = rng.choice([-1, 1]) * rng.uniform(*ORBIT_DEG_PER_S)
    views = []
    for t in _seconds(count):
        R = rotation_about((0, 0, 1), float(np.deg2rad(speed * t)))
        views.append(_moved(first, R @ first.T_world_cam[:3, :3], target + R @ (first.position - target)))
    return tuple(views)


def walk(first: View, target: Array, count: int, rng: Generator) -> tuple[View, ...]:
    """A walk in a level direction within 75 degrees of sideways, the eyes on `target`."""
    ahead = np.append(first.forward[:2], 0)
    turn = rotation_about((0, 0, 1), float(rng.choice([-1, 1]) * np.deg2rad(rng.uniform(15, 90))))
    along = turn @ (ahead / max(float(lengths(ahead[None])[0]), 1e-9))
    aside = np.array([-along[1], along[0], 0])
    phase = 2 * np.pi * STEPS_PER_S * _seconds(count)[:, None]
    sway = STEP_UP_M * np.sin(phase) * np.array([0, 0, 1]) + STEP_SIDE_M * np.sin(phase / 2) * aside
    places = first.position + WALK_M_PER_S * _seconds(count)[:, None] * along + sway
    level = look_at(first.position, target)[:3, :3].T @ first.T_world_cam[:3, :3]  # what its roll is
    return tuple(_moved(first, look_at(place, target)[:3, :3] @ level, place) for place in places)


def handheld(first: View, _: Array, count: int, rng: Generator) -> tuple[View, ...]:
    """A trembling hand."""
    phase, share = rng.uniform(0, 2 * np.pi, (2, 3, 3)), rng.uniform(0.3, 1, (2, 3, 3))
    angle = 2 * np.pi * TREMBLE_HZ * _seconds(count)[:, None, None, None] + phase
    amplitude = share * np.stack([TREMBLE_M, np.deg2rad(TREMBLE_DEG)])[:, None]
    # (2, count, 3): along, and about the camera's axes
    shift, turn = np.moveaxis((amplitude * (np.sin(angle) - np.sin(phase))).sum(-1), 1, 0)
    R, position = first.T_world_cam[:3, :3], first.position
    return tuple(_moved(first, R @ _turned(t), position + R @ s) for s, t in zip(shift, turn, strict=True))


PATHS: dict[str, Arrangement] = {"orbit": orbit, "walk": walk, "handheld": handheld}
"""Every path by the name of `--trajectory`."""


def _turned(vector: Array) -> Array:
    """(3, 3) rotation about a vector (3,) by its length in radians."""
    angle = float(lengths(vector[None])[0])
    return rotation_about(vector, angle) if angle > 0 else np.eye(3)


def _seconds(count: int) -> Array:
    """(count,) times of the frames."""
    return np.arange(count) / FRAMES_PER_S


def _moved(first: View, R_world_cam: Array, position: Array) -> View:
    """The first camera elsewhere."""
    return View(first.camera, compose(R_world_cam, position))
