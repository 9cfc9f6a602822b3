"""Directions around which the normals of a surface gather: the axes that a room may stand along."""

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import normalize

Array = NDArray[np.float64]
_PEAKS = 8


def normal_peaks(normals: Array, width_rad: float = float(np.deg2rad(8))) -> list[Array]:
    """Directions (either sign) around which most of the (S, 3) unit normals gather, strongest first, at most 8.

    A half sphere of 1,500 directions votes; a peak is refined by the mean of its normals.
    """
    grid = _half_sphere(1500)
    votes = (np.abs(grid @ normals[::3].T) > np.cos(width_rad)).sum(1)
    peaks: list[Array] = []
    for _ in range(2 * _PEAKS):
        rough = grid[int(np.argmax(votes))]
        votes[np.abs(grid @ rough) > np.cos(2 * width_rad)] = 0
        peak = _mean_axis(normals, rough, 1.25 * width_rad)
        if all(abs(peak @ p) < np.cos(width_rad) for p in peaks):
            peaks.append(peak)
    return peaks[:_PEAKS]


def _half_sphere(count: int) -> Array:
    """About even directions (count, 3) over the upper half of the sphere (golden spiral)."""
    z = (np.arange(count) + 0.5) / count
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(turn), r * np.sin(turn), z], axis=1)


def _mean_axis(normals: Array, axis: Array, width_rad: float) -> Array:
    """Mean direction, sign ignored, of the normals around an axis; two rounds."""
    for _ in range(2):
        along = normals @ axis
        near = np.abs(along) > np.cos(width_rad)
        axis = normalize((np.sign(along[near])[:, None] * normals[near]).sum(0)) if near.any() else axis
    return axis
