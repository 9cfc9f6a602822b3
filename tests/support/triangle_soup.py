"""Soups of triangles for tests: quads, boxes and walls, without shared vertices."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Soup = list[Array]
"""Arrays of triangles, (T, 3, 3) each."""


def as_arrays(soup: Soup) -> tuple[Array, NDArray[np.int32]]:
    """(3 T, 3) vertices and (T, 3) faces of a soup."""
    triangles = np.concatenate(soup)
    return triangles.reshape(-1, 3), np.arange(3 * len(triangles), dtype=np.int32).reshape(-1, 3)


def quad(origin: ArrayLike, u: ArrayLike, v: ArrayLike) -> Array:
    """(2, 3, 3) triangles of a parallelogram, facing u x v."""
    a, u, v = (np.asarray(w, float) for w in (origin, u, v))
    return np.array([[a, a + u, a + u + v], [a, a + u + v, a + v]])


def block(low: ArrayLike, high: ArrayLike, sides: str = "xXyYzZ") -> Array:
    """Triangles of the named sides of a box (small letter: low side), facing outwards."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    x, y, z = np.diag(high - low)
    made = {
        "x": (low, z, y), "X": (low + x, y, z), "y": (low, x, z), "Y": (low + y, z, x),
        "z": (low, y, x), "Z": (low + z, x, y),
    }  # fmt: skip
    return np.concatenate([quad(*made[s]) for s in sides])


def shell_of(size: ArrayLike) -> Array:
    """A closed box from 0 to size, seen from inside."""
    return flipped(block((0, 0, 0), size))


def about(triangles: Array, angle: float, centre: ArrayLike) -> Array:
    """Turned about the vertical through a point."""
    cos, sin = np.cos(angle), np.sin(angle)
    R = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
    middle = np.asarray(centre, float)
    return (triangles - middle) @ R.T + middle


def flipped(triangles: Array) -> Array:
    """With the other winding."""
    return triangles[:, ::-1]


def wall(a: ArrayLike, b: ArrayLike, height: float, holes: Iterable[tuple[float, float, float, float]] = ()) -> Array:
    """An upright wall from a to b with holes (from, to along the wall, low, high), cut into strips."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    length = float(np.linalg.norm(b - a))
    along, up = (b - a) / length, np.array([0, 0, 1.0])
    strips, at = [], 0.0
    for low, high, sill, head in sorted(holes):
        low, high = max(low, at), min(high, length)
        if high - low < 0.1:
            continue
        spans = ((at, low, 0, height), (low, high, 0, sill), (low, high, head, height))
        strips += [
            quad(a + along * s + up * z, along * (e - s), up * (t - z)) for s, e, z, t in spans if e > s and t > z
        ]
        at = high
    if at < length:
        strips.append(quad(a + along * at, along * (length - at), up * height))
    return np.concatenate(strips)


def split(triangles: Array, longest: float) -> Array:
    """The triangles halved at their longest edges until none is longer."""
    for _ in range(40):
        edges = np.linalg.norm(np.roll(triangles, -1, 1) - triangles, axis=2)
        far = edges.max(1) > longest
        if not far.any():
            break
        t, k = triangles[far], edges[far].argmax(1)
        rows = np.arange(len(t))
        a, b, c = t[rows, k], t[rows, (k + 1) % 3], t[rows, (k + 2) % 3]
        m = (a + b) / 2
        triangles = np.concatenate([triangles[~far], np.stack([a, m, c], 1), np.stack([m, b, c], 1)])
    return triangles
