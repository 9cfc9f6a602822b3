"""How pairs are made of single pictures."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from training.data.transforms.transform import Transform, refuse_outside
from training.errors import RequestError

T = TypeVar("T", bound=Transform)


@dataclass(frozen=True)
class ImageSettings(Generic[T]):
    """How two windows are made of a picture. Their side, mirroring and photometric changes are `DataSettings`'."""

    transform: T
    """Where the two windows look, with its ranges."""
    canvas: float = 1.5
    """Side of the square part of a picture that the windows look at, in sides of the window: 384 px for windows of
    256 px (COVER: 576 for 384; Experiment 1: 49 for 32)."""
    part: tuple[float, float] = (1.0, 1.0)
    """Range of the share of the picture's shorter side that the canvas takes: 1 is all of it, made larger or smaller to
    fit; below 1 it is a part of the picture, somewhere in it, so that things are seen at several scales."""

    def check(self) -> None:
        """Refuse what cannot be. Raises RequestError."""
        refuse_outside(self, "canvas", 1, 4)
        low, high = self.part
        if not 0 < low <= high <= 1:
            raise RequestError(f"part is {self.part}: it must rise from more than 0 to 1 at most")
        self.transform.check()
