"""The only place that makes random generators.

Every generator is `default_rng(SeedSequence(root, spawn_key=(stage, room, layout, sample, view)))`:
it depends on the root seed and on what is being made, never on workers, order, shards or resume.
Random access by explicit spawn keys replaces the stateful `.spawn()` (NumPy NEP 19).
"""

import hashlib
from enum import IntEnum

import numpy as np

Generator = np.random.Generator


class Stage(IntEnum):
    """What a generator is for: the first entry of its spawn key. Values are part of the format."""

    ROOM = 1
    """Building a procedural room, or measuring the free space of one."""
    PLACEMENT = 2
    """Choosing and placing the objects of a layout."""
    VIEWPOINT = 3
    """Drawing the cameras of a sample."""
    LIGHT = 4
    """Drawing the lights of a view."""
    RAYS = 5
    """Choosing the traced pixel of each cell."""
    ASSET = 6
    """Building a procedural object, or estimating an asset's frame."""
    SELECTION = 7
    """Choosing which rooms a run uses."""


def generator(root: int, stage: Stage, *, room: int = 0, layout: int = 0, sample: int = 0, view: int = 0) -> Generator:
    """The generator of one decision of one sample; the same arguments give the same stream."""
    key = (int(stage), room, layout, sample, view)
    return np.random.default_rng(np.random.SeedSequence(root, spawn_key=key))


def stable_key(text: str) -> int:
    """A 32-bit key of an id that is the same in every process and on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")
