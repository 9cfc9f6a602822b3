"""The models that a room may be furnished with, drawn without asking beforehand of each whether it may."""

from collections.abc import Callable
from dataclasses import dataclass

from numpy.random import Generator

TRIES = 64
"""Models of a category drawn before it is taken to hold none that fits: wrong once in a million if a fifth does."""
_CATEGORIES = 16
"""Categories tried."""


def any_model(object_id: str) -> bool:
    """All models fit."""
    return True


@dataclass(frozen=True)
class Pool:
    """Models by category, and which of them may be used: of tens of thousands only those drawn are looked at."""

    ids: dict[str, tuple[str, ...]]
    """All that may fit; no category is empty."""
    fits: Callable[[str], bool] = any_model
    """Whether a model may be used: a pure function of its id. It may have to be read for that."""

    def draw(self, rng: Generator) -> tuple[str, str] | None:
        """(category, id): a category by chance, then a model of it; None where none was found that fits."""
        names = sorted(self.ids)
        for _ in range(_CATEGORIES if names else 0):
            category = names[int(rng.integers(len(names)))]
            members = self.ids[category]
            for _ in range(TRIES):
                if self.fits(drawn := members[int(rng.integers(len(members)))]):
                    return category, drawn
        return None
