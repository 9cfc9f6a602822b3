"""Whether an object at a place keeps clear of the room and of what is already there.

Two tests, both ways round: no surface lies between the middle of one body and its own surface, so
nothing is pierced or swallowed; and no sample of one surface is nearer than the clearance to the other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import inverse, transform
from scenegen.staging.objects import LoadedObject, PlacedObject
from scenegen.staging.surfaces import SurfaceSamples, distance
from scenegen.tracing.raycaster import Body, Scene, blocked

Array = NDArray[np.float64]
FOOT_M = 0.02
"""The lowest part of a resting object, which touches its support by design and is tested by rays alone."""
REST_CLEARANCE_M = 0.005
"""Least distance of a resting object's other parts from everything."""


@dataclass(frozen=True, eq=False)
class Pose:
    """A place that is tried for an object."""

    loaded: LoadedObject
    T: Array
    """(4, 4) T_world_object."""
    clearance_m: float
    resting: bool = False

    @property
    def scale(self) -> float:
        """Metres in the world per metre of the model."""
        return float(np.linalg.norm(self.T[:3, 0]))

    def middle(self) -> Array:
        """(3,) middle of the bounding box in the world."""
        return transform(self.T, (self.loaded.low + self.loaded.high) / 2)

    def reach(self) -> float:
        """Radius of a sphere around `middle` that holds the object and its clearance."""
        return self.scale * self.loaded.size_m / 2 + self.clearance_m

    def probes(self) -> Array:
        """(P, 3) points of the surface in the world."""
        return transform(self.T, self.loaded.probes)

    def foot(self) -> float:
        """Height below which a resting object may touch the room; nothing of a floating one may."""
        return self.probes()[:, 2].min() + FOOT_M if self.resting else -np.inf


def clear(pose: Pose, scene: Scene, room: SurfaceSamples, placed: list[PlacedObject]) -> bool:
    """Whether the object at this pose touches nothing; `scene` holds the room and all of `placed`."""
    if _pierced(pose, scene) or not _clear_of(pose, room, np.eye(4), pose.foot()):
        return False
    near = [
        p for p in placed if np.linalg.norm(p.center - pose.middle()) < pose.reach() + p.scale * p.loaded.size_m / 2
    ]
    return all(_clear_of(pose, p.loaded.skin, p.T_world_object) and not _pierces(pose, p) for p in near)


def _pierced(pose: Pose, scene: Scene) -> bool:
    """Whether anything lies between the middle of the object and its surface, the clearance included."""
    middle = pose.middle()
    rays = pose.probes() - middle
    length = np.linalg.norm(rays, axis=1, keepdims=True)
    return bool(blocked(scene, middle[None], rays * (1 + (not pose.resting) * pose.clearance_m / length)).any())


def _pierces(pose: Pose, other: PlacedObject) -> bool:
    """Whether the object lies between the middle of another one and that one's surface."""
    body = Body(pose.loaded.model.mesh, pose.loaded.bvh, pose.T, 1)
    rays = transform(other.T_world_object, other.loaded.probes) - other.center
    return bool(blocked(Scene((body,)), other.center[None], rays).any())


def _clear_of(pose: Pose, surface: SurfaceSamples, T_world_surface: Array, above: float = -np.inf) -> bool:
    """Whether samples of either surface, higher than `above`, keep the clearance from the other."""
    scale = float(np.linalg.norm(T_world_surface[:3, 0]))
    into = inverse(T_world_surface)
    own = pose.probes()
    own = transform(into, own[own[:, 2] > above])
    if len(own) and np.isfinite(distance(surface, own, pose.clearance_m / scale)).any():
        return False
    near = surface.tree.query_ball_point(transform(into, pose.middle()), pose.reach() / scale, return_sorted=True)
    theirs = transform(T_world_surface, surface.points[near])
    theirs = transform(inverse(pose.T), theirs[theirs[:, 2] > above])
    return not len(theirs) or not np.isfinite(distance(pose.loaded.skin, theirs, pose.clearance_m / pose.scale)).any()
