"""Depth and disparity in files that are no pictures: NumPy arrays, PFM, COLMAP's maps; one reader for each suffix."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
_PFM_HEAD = re.compile(rb"(P[Ff])\s+(\d+)\s+(\d+)\s+(-?[\d.eE+-]+)\s")
_COLMAP_HEAD = re.compile(rb"(\d+)&(\d+)&(\d+)&")


def read_npy(path: Path) -> NDArray[np.generic]:
    """(H, W) an array of numbers of one .npy file. Raises ValueError."""
    stored = np.squeeze(np.load(path, allow_pickle=False))
    if stored.ndim != 2 or stored.dtype.kind not in "uif":
        raise ValueError(f"an array of {stored.dtype} and shape {stored.shape} is not (height, width) of numbers")
    return stored


def read_pfm(path: Path) -> F32:
    """(H, W) or (H, W, 3) of a PFM file, whose rows go from the bottom up. Raises ValueError."""
    data = path.read_bytes()
    if not (head := _PFM_HEAD.match(data)):
        raise ValueError("it has no PFM header")
    width, height, channels = int(head[2]), int(head[3]), 3 if head[1] == b"PF" else 1
    values = np.frombuffer(data, "<f4" if float(head[4]) < 0 else ">f4", width * height * channels, head.end())
    rows = values.reshape(height, width, channels)[::-1].astype(np.float32)
    return rows if channels == 3 else rows[..., 0]


def read_colmap(path: Path) -> F32:
    """(H, W) of a dense map of COLMAP: `width&height&channels&` in text, then float32 by rows. Raises ValueError."""
    data = path.read_bytes()
    head = _COLMAP_HEAD.match(data)
    if not head or int(head[3]) != 1:
        raise ValueError("it has no header of a COLMAP map of one channel")
    width, height = int(head[1]), int(head[2])
    return np.frombuffer(data, "<f4", width * height, head.end()).reshape(height, width)


READERS: dict[str, Callable[[Path], NDArray[np.generic]]] = {
    ".npy": read_npy,
    ".pfm": read_pfm,
    ".bin": read_colmap,
}
"""Readers by suffix; other files are pictures."""
