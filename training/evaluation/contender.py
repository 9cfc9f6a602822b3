"""Who is measured: dense descriptors that answer for any pixel, and keypoints that match where they choose to."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.errors import RequestError
from training.evaluation.answers import Answers, Found, answer, grid_matches, judged
from training.evaluation.descriptor import Descriptor
from training.evaluation.nearest import comparable, mutual
from training.evaluation.pair import Pair
from training.settings import Distance

Array = NDArray[Any]


class Response(NamedTuple):
    """What a contender says about a pair."""

    channels: int
    """D."""
    answers: Answers | None
    """About the pixels that were asked; None of a contender that has no descriptor there."""
    found: Found | None
    """Its own matches; None of a contender that looks for none."""


class Contender(Protocol):
    """Anything that matches two pictures."""

    @property
    def name(self) -> str:
        """Name in tables and figures."""
        ...

    @property
    def method(self) -> str:
        """How it matches and what it is made of, for the key of what is kept."""
        ...

    def respond(self, pair: Pair) -> Response:
        """Answer for one pair."""
        ...


@dataclass(frozen=True)
class Dense:
    """A descriptor of every pixel; its matches are the mutual ones of a grid of pixels, sought among all pixels."""

    descriptor: Descriptor
    distance: Distance
    """How descriptors are compared."""
    device: torch.device | str = "cpu"
    step: int = 0
    """Pixels between those of view 0 that look for a match of their own; 0: none do."""
    made_of: str = ""
    """Digest of its weights, where it has some."""

    @property
    def name(self) -> str:
        """Name in tables and figures."""
        return self.descriptor.name

    @property
    def method(self) -> str:
        """How it matches."""
        return f"{self.distance}, grid of {self.step} px, {self.made_of}"

    def respond(self, pair: Pair) -> Response:
        """Answer for one pair."""
        features0, features1 = (self.descriptor(self._batch(image))[0] for image in pair.images)
        if len(features0) != len(features1):
            both = f"{len(features0)} channels of one picture and {len(features1)} of the other"
            raise RequestError(f"{self.name} has {both} ({pair.name}): give all pictures as many")
        xy0, xy1 = (torch.from_numpy(xy).to(self.device) for xy in (pair.xy0, pair.xy1))
        answers = answer(features0, features1, xy0, xy1, pair.visible, self.distance)
        return Response(len(features0), answers, self._matches(features0, features1, pair))

    def _batch(self, image: Array) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None].to(self.device)

    def _matches(self, features0: Tensor, features1: Tensor, pair: Pair) -> Found | None:
        if not self.step:
            return None
        return judged(*grid_matches(features0, features1, self.step, self.distance), pair.truth)


class Detector(Protocol):
    """Points that are worth describing, and their descriptors."""

    @property
    def name(self) -> str:
        """Name in tables and figures."""
        ...

    def __call__(self, image: Array) -> tuple[Array, Array]:
        """(H, W, 3) uint8 to points (N, 2) float32 and descriptors (N, D) float32."""
        ...


@dataclass(frozen=True)
class Sparse:
    """Keypoints; its matches are the mutual nearest neighbours."""

    detector: Detector
    distance: Distance = "l2"
    """How descriptors are compared."""

    @property
    def name(self) -> str:
        """Name in tables and figures."""
        return self.detector.name

    @property
    def method(self) -> str:
        """How it matches."""
        return f"{self.distance}, keypoints"

    def respond(self, pair: Pair) -> Response:
        """Answer for one pair."""
        (xy0, described0), (xy1, described1) = map(self.detector, pair.images)
        rows = _mutual_rows(described0, described1, self.distance)
        return Response(described0.shape[1], None, judged(xy0[rows[0]], xy1[rows[1]], pair.truth))


def _mutual_rows(described0: Array, described1: Array, distance: Distance) -> tuple[Array, Array]:
    """Rows of two (N, D) sets of descriptors that are each other's nearest."""
    if not (len(described0) and len(described1)):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    (first, norm), (second, _) = (
        comparable(torch.from_numpy(described.T.copy()), distance) for described in (described0, described1)
    )
    bank0, bank1 = first.T.contiguous(), second.T.contiguous()
    there, _, back = (found.numpy() for found in mutual(bank0, bank0, bank1, norm))
    own = np.flatnonzero(back == np.arange(len(back)))
    return own, there[own]
