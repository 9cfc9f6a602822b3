"""How pairs are made of single pictures."""

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from training.data.transforms.transform import Transform
from training.ranges import Between, Rising

T = TypeVar("T", bound=Transform)


@dataclass(frozen=True)
class ImageSettings(Generic[T]):
    """How two windows are made of a picture. Their side, mirroring and photometric changes are `DataSettings`'."""

    transform: str
    """Name of the transform: where the two windows look."""
    ranges: T
    """What the transform draws from."""
    canvas: Annotated[float, Between(1, 4)] = 1.5
    """Side of the square part of a picture that the windows look at, in sides of the window: 384 px for windows of
    256 px (COVER: 576 for 384; Experiment 1: 49 for 32)."""
    part: Annotated[tuple[float, float], Rising(0, 1)] = (1.0, 1.0)
    """Range of the share of the picture's shorter side that the canvas takes: 1 is all of it, made larger or smaller to
    fit; below 1 it is a part of the picture, somewhere in it, so that things are seen at several scales."""
