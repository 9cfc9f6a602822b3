"""What became of a traced surface point in another view: the codes stored in `rays/status`."""

from enum import IntEnum


class Status(IntEnum):
    """Verdict on one ray of view 0 in one other view. The values are part of the shard format."""

    NO_HIT = 0
    """The ray of view 0 met no surface."""
    VISIBLE = 1
    """The surface point is seen by the other view: a true correspondence."""
    OCCLUDED = 2
    """The point projects into the other view, but something nearer hides it."""
    OUT_OF_VIEW = 3
    """The point lies in front of the other camera, but projects outside its picture."""
    BEHIND_CAMERA = 4
    """The point lies behind the other camera: it has no projection."""
    AMBIGUOUS = 5
    """Too close to call: coincident surfaces, or within the tolerance band."""
