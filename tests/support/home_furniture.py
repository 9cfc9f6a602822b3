"""Furniture of synthetic homes: pieces that stand on z = 0, and a room's worth of them."""

import numpy as np
from numpy.typing import ArrayLike
from triangle_soup import Array, Soup, about, block

Rng = np.random.Generator


def chest(rng: Rng) -> Array:
    """A closed box: chest, fridge, wardrobe."""
    return block((0, 0, 0), (rng.uniform(0.35, 1.2), rng.uniform(0.35, 1.2), rng.choice([0.45, 0.75, 0.9, 1.8])))


def table(rng: Rng) -> Array:
    """A top on four legs."""
    w, d, h = rng.uniform(0.6, 2.2), rng.uniform(0.5, 1.1), rng.uniform(0.4, 1.0)
    legs = [block((x, y, 0), (x + 0.06, y + 0.06, h)) for x in (0, w - 0.06) for y in (0, d - 0.06)]
    return np.concatenate([block((0, 0, h), (w, d, h + 0.04)), *legs])


def chair(rng: Rng) -> Array:
    """A seat on legs with a back."""
    legs = [block((x, y, 0), (x + 0.04, y + 0.04, 0.44)) for x in (0, 0.4) for y in (0, 0.4)]
    return np.concatenate([block((0, 0, 0.44), (0.44, 0.44, 0.48)), block((0, 0, 0.48), (0.44, 0.04, 0.95)), *legs])


def bed(rng: Rng) -> Array:
    """A low box with a head board."""
    w = rng.uniform(0.9, 1.8)
    return np.concatenate([block((0, 0, 0), (w, 2.0, 0.5)), block((0, -0.06, 0), (w, 0, rng.uniform(0.7, 1.2)))])


def shelf(rng: Rng) -> Array:
    """Boards between two sides."""
    w, d, h = rng.uniform(0.6, 1.6), rng.uniform(0.25, 0.4), rng.uniform(1.0, 2.2)
    boards = [block((0, 0, z), (w, d, z + 0.02)) for z in np.arange(0.05, h, 0.35)]
    return np.concatenate([block((0, 0, 0), (0.02, d, h)), block((w, 0, 0), (w + 0.02, d, h)), *boards])


FURNITURE = (chest, chest, table, table, chair, bed, shelf)


def furniture(rng: Rng, low: ArrayLike, high: ArrayLike, count: int, turned: bool) -> Soup:
    """Pieces on the floor of the box from low to high, along the walls' directions or turned at will."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    pieces = []
    for _ in range(count):
        piece = FURNITURE[rng.integers(len(FURNITURE))](rng)
        angle = rng.uniform(0, 2 * np.pi) if turned else rng.integers(4) * np.pi / 2
        piece = about(piece, angle, (0, 0, 0))
        size = piece.max((0, 1)) - piece.min((0, 1))
        if (size[:2] > (high - low)[:2] - 0.2).any() or size[2] > (high - low)[2]:
            continue
        room = (high - low - size)[:2]
        share = rng.random(2)
        if rng.random() < 0.6:  # most things stand at a wall
            share[rng.integers(2)] = rng.integers(2)
        at = low[:2] + 0.03 + share * (room - 0.06) - piece.min((0, 1))[:2]
        pieces.append(piece + np.array([*at, low[2]]))
    return pieces
