"""Doors and drawers of cases, with what they are pulled by; the frame of builders is that of `roles`."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import chance, pick
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.roles import Finishes, Parts, Span
from scenegen.seeding import Generator

_REACH_M = 1.02
"""Height at which the handle of a tall door is."""


@dataclass(frozen=True)
class Fronts:
    """How all fronts of a piece look."""

    board: Finish
    metal: Finish
    framed: bool
    """Whether a frame runs around their boards."""
    grip: str
    """ "knob", "bar" or "edge"."""


def draw_fronts(rng: Generator, of: Finishes, carcass: Finish) -> Fronts:
    """Fronts of the carcass's finish, or painted."""
    board = carcass if chance(rng, 0.6) else of("lacquer")
    return Fronts(board, of("grip"), chance(rng, 0.4), pick(rng, "knob", "bar", "edge"))


def front_column(fronts: Fronts, x: Span, edges: np.ndarray, y: float, side: int) -> Parts:
    """Fronts one above the other between heights `edges` (N + 1,), 6 mm apart."""
    return [
        m
        for a, b in pairwise(edges)
        for m in front(fronts, (x[0] + 0.003, x[1] - 0.003), (a + 0.003, b - 0.003), y, side)
    ]


def front(fronts: Fronts, x: Span, z: Span, y: float, side: int) -> Parts:
    """A door (tall) or drawer (flat) before the plane at y; a door is pulled at its end at +x (side 1) or -x (-1)."""
    out = 0.012 if fronts.framed and min(x[1] - x[0], z[1] - z[0]) > 0.16 else 0.018
    board = s.slab(fronts.board, (x[0], y - out, z[0]), (x[1], y + 0.01, z[1]), 0.003)
    frame = _frame(fronts.board, x, z, y) if out < 0.018 else []
    drawer = x[1] - x[0] > 0.9 * (z[1] - z[0])
    at_x = (x[0] + x[1]) / 2 if drawer else (x[1] - 0.04 if side > 0 else x[0] + 0.04)
    at_z = (z[0] + z[1]) / 2 if drawer or z[1] - z[0] < 1.2 else _REACH_M
    half = min(0.07, 0.3 * (x[1] - x[0]), 0.3 * (z[1] - z[0]))
    return [board, *frame, *handle(fronts, (at_x, at_z), y - out, half, level=drawer, top=z[1])]


def _frame(f: Finish, x: Span, z: Span, y: float) -> Parts:
    """Stiles and rails that stand proud of a board."""
    m, e = min(0.07, 0.22 * (x[1] - x[0]), 0.22 * (z[1] - z[0])), 0.0008
    stiles = [(x[0] + e, x[0] + m), (x[1] - m, x[1] - e)]
    rails = [(z[0] + 2 * e, z[0] + m), (z[1] - m, z[1] - 2 * e)]
    return [
        *[s.slab(f, (a, y - 0.02, z[0] + e), (b, y - 0.004, z[1] - e), 0.003) for a, b in stiles],
        *[s.slab(f, (x[0] + m - 0.003, y - 0.0197, a), (x[1] - m + 0.003, y - 0.004, b), 0.003) for a, b in rails],
    ]


def handle(fronts: Fronts, at: Span, y: float, half: float, *, level: bool, top: float) -> Parts:
    """A knob, a bar or an upright strip at (x, z) before the plane at y, or where it is level a strip below `top`."""
    f, (x, z) = fronts.metal, at
    if fronts.grip == "knob":
        return [s.ball(f, 0.014, (x, y - 0.018, z), 12), s.rod(f, (x, y + 0.008, z), (x, y - 0.016, z), 0.006)]
    if fronts.grip == "edge" and level:
        return [s.slab(f, (x - half, y - 0.012, top - 0.016), (x + half, y + 0.004, top - 0.009))]
    if fronts.grip == "edge":
        return [s.slab(f, (x - 0.004, y - 0.012, z - half), (x + 0.004, y + 0.004, z + half))]
    dx, dz = (half, 0.0) if level else (0.0, half)
    ends = [(x - dx, z - dz), (x + dx, z + dz)]
    path = [
        (ends[0][0], y + 0.006, ends[0][1]),
        *[(a, y - 0.03, b) for a, b in ends],
        (ends[1][0], y + 0.006, ends[1][1]),
    ]
    return [s.bent(f, path, 0.006, smooth=1)]
