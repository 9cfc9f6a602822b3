"""Which rays of a bundle may meet which body: cheap tests that lose no hit, so that few rays reach a body's BVH."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import cross, inverse

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Int = NDArray[np.intp]
RUN = 16
"""Neighbouring rays that are judged together first."""
PAD = 1e-3
"""Share of a box's half diagonal by which it is widened, against rounding."""
PAD_M = 2e-4
"""Metres by which it is widened besides."""
SLACK = np.float32(-1e-6)
"""What rounding may take from the product of a unit normal and a direction whose components are at most 1."""


END_ON = 1e-9
"""Sine of the angle under which an edge is seen below which it borders nothing."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """The widened bounding boxes of B bodies, each along the axes of its own mesh."""

    low: F64
    """(B, 3) corners, mesh coordinates."""
    high: F64
    """(B, 3) corners, mesh coordinates."""
    T_body_world: F64
    """(B, 4, 4) similarities."""
    scale: F64
    """(B,) world metres per mesh unit."""
    center: F64
    """(B, 3) world metres."""
    radius: F64
    """(B,) of the sphere about the box, world metres."""

    def cones(self, eye: F64) -> F64:
        """Normals (B, 6, 3), world, of the planes through `eye` (3,) and the silhouette of each box.

        A ray d from the eye meets a box exactly when d . n >= 0 for all six; they are 0 for an eye in the box.
        All others are of unit length.
        """
        local = self.T_body_world[:, :3, :3] @ eye + self.T_body_world[:, :3, 3]
        # -1, 0, 1: before, within, or beyond the box along each axis
        place = (local > self.high).astype(np.intp) - (local < self.low)
        sides = _SILHOUETTE[place[:, 0], place[:, 1], place[:, 2]]
        ends = np.where(sides, self.high[:, None, None], self.low[:, None, None]) - local[:, None, None]
        ends /= np.sqrt(np.einsum("bkei,bkei->bke", ends, ends))[..., None]
        normals = cross(ends[:, :, 0], ends[:, :, 1])
        inward = np.einsum("bki,bi->bk", normals, (self.low + self.high) / 2 - local)
        length = np.sqrt(np.einsum("bki,bki->bk", normals, normals))
        # no plane where there is none: from inside, or where an edge is seen end on
        is_border = (length > END_ON) & (np.abs(place).sum(axis=1, keepdims=True) > 0)
        weight = np.where(is_border, np.sign(inward), 0) / np.maximum(length, END_ON)
        normals = (normals * weight[..., None]) @ self.T_body_world[:, :3, :3]
        normals *= self.scale[:, None, None]
        return normals


def boxes_of(low: Sequence[F64], high: Sequence[F64], T_world_body: Sequence[F64]) -> Boxes:
    """The boxes of bodies whose meshes reach from `low` to `high` (3,), mesh coordinates, under similarities (4, 4)."""
    a, b, T = np.reshape(low, (-1, 3)), np.reshape(high, (-1, 3)), np.reshape(T_world_body, (-1, 4, 4))
    scale = np.linalg.norm(T[:, :3, 0], axis=1)
    pad = PAD * np.linalg.norm(b - a, axis=1) / 2 + PAD_M / scale
    a, b = a - pad[:, None], b + pad[:, None]
    center = np.einsum("bij,bj->bi", T[:, :3, :3], (a + b) / 2) + T[:, :3, 3]
    into = np.array([inverse(t) for t in T]).reshape(-1, 4, 4)
    return Boxes(a, b, into, scale, center, np.linalg.norm(b - a, axis=1) / 2 * scale)


def _silhouettes() -> NDArray[np.bool_]:
    """[x, y, z] -> (6, 2, 3): both ends of the silhouette edges of a box, for an eye at `place` x, y, z of -1, 0, 1.

    False stands for the low side of an axis. A silhouette of four edges repeats its first; from inside there is none.
    """
    edges = [np.insert(np.array([rest, rest]), axis, [0, 1], axis=1) for axis in range(3) for rest in np.ndindex(2, 2)]
    table = np.zeros((3, 3, 3, 6, 2, 3), bool)
    for place in np.ndindex(3, 3, 3):
        at = np.array(place) - 1
        # an edge lies between the faces of the two axes that it does not run along; one of them must be seen
        seen = [sum(a == b and at[k] == 2 * a - 1 for k, (a, b) in enumerate(edge.T)) == 1 for edge in edges]
        chosen = [edge for edge, borders in zip(edges, seen, strict=True) if borders]
        if chosen:
            table[tuple(at)] = (chosen + 2 * chosen[:1])[:6]
    return table


_SILHOUETTE = _silhouettes()


class Bundle(Protocol):
    """A bundle of rays, ready to be asked for those that may meet a body."""

    def passing(self, boxes: Boxes) -> Sequence[Int]:
        """For each box, indices, ascending, of rays: all that meet it are among them."""
        ...


def bundle_of(origins: F32, directions: F32) -> Bundle:
    """The bundle of rays with origins (R, 3) or (1, 3) and directions (R, 3), world."""
    return OneEye(origins[0], directions) if len(origins) == 1 else ManyEyes(origins, directions)


@dataclass(frozen=True, eq=False)
class OneEye:
    """Rays from one eye: they meet a box inside the cone of its silhouette."""

    eye: F32
    """(3,) world metres."""
    directions: F32
    """(R, 3) world, any length."""

    def passing(self, boxes: Boxes) -> Sequence[Int]:
        """The rays inside each cone: whole runs are judged first."""
        if not len(self.directions) or not len(boxes.low):
            return [np.empty(0, np.intp)] * len(boxes.low)
        low, high = _runs(self.directions)
        slack = SLACK * max(high.max(), -low.min())
        cones = boxes.cones(self.eye.astype(np.float64)).astype(np.float32)
        flat = cones.reshape(-1, 3)
        # the most that d . n can be in each run
        most = np.maximum(flat, 0) @ high.T
        most += np.minimum(flat, 0) @ low.T
        may = most.reshape(len(cones), 6, -1).min(1) >= slack
        return [self._inside(normals, runs, slack) for normals, runs in zip(cones, may, strict=True)]

    def _inside(self, normals: F32, runs: NDArray[np.bool_], slack: np.float32) -> Int:
        """The rays of some runs that are inside the cone with these normals (6, 3)."""
        index = (np.flatnonzero(runs)[:, None] * RUN + np.arange(RUN)).ravel()
        index = index[: np.searchsorted(index, len(self.directions))]
        if not len(index):
            return index
        return index[(normals @ np.take(self.directions, index, axis=0).T).min(0) >= slack]


def _runs(directions: F32) -> tuple[F32, F32]:
    """Least and greatest direction (N, 3) of each run of neighbouring rays."""
    missing = -len(directions) % RUN
    if missing:
        directions = np.concatenate([directions, np.repeat(directions[-1:], missing, axis=0)])
    low = high = directions.reshape(-1, RUN * 3)
    # halves against halves: NumPy would reduce (N, RUN, 3) three numbers at a time
    width = 3 * RUN
    while width > 3:
        width //= 2
        low = np.minimum(low[:, :width], low[:, width:])
        high = np.maximum(high[:, :width], high[:, width:])
    return low, high


@dataclass(frozen=True, eq=False)
class ManyEyes:
    """Rays with origins of their own: they may meet a box where they meet its sphere."""

    origins: F32
    """(R, 3) world metres."""
    directions: F32
    """(R, 3) world, any length."""

    def passing(self, boxes: Boxes) -> Sequence[Int]:
        """The rays that meet the sphere about each box."""
        return [self._meeting(*sphere) for sphere in zip(boxes.center, boxes.radius, strict=True)]

    def _meeting(self, center: F64, radius: float) -> Int:
        """The rays that meet a sphere."""
        r2, c = radius * radius * 1.001 + 1e-5, center.astype(np.float32)
        squares, products, length2 = self._terms
        along = self.directions @ c
        along -= products
        surplus = self.origins @ (-2 * c)
        surplus += squares
        surplus += np.float32(center @ center - r2)
        inside = surplus <= 0
        surplus *= length2
        hit = along > 0
        along *= along
        hit &= along >= surplus
        return np.flatnonzero(hit | inside)

    @cached_property
    def _terms(self) -> tuple[F32, F32, F32]:
        """(R,) o.o, o.d and d.d."""
        o, d = self.origins, self.directions
        return np.einsum("ij,ij->i", o, o), np.einsum("ij,ij->i", o, d), np.einsum("ij,ij->i", d, d)
