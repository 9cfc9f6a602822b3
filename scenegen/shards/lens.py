"""Lenses in a shard: one dataset of coefficients, named after the model; none where the cameras are pinholes."""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ShardError
from scenegen.lenses import MODELS, PINHOLE, Lens
from scenegen.shards.faults import AGAIN
from scenegen.shards.field import Field
from scenegen.shards.reads import Reads

LENSES: dict[str, str] = {model: f"camera/{model}" for model in MODELS}
"""Lens model to the dataset of its coefficients."""


def _field(model: str, name: str) -> Field:
    """The dataset of the coefficients of a model."""
    names, formula = " ".join(MODELS[model].names), MODELS[model].formula
    said = f"lens, OpenCV's {names}: of (x, y) = (X/Z, Y/Z), r^2 = x^2 + y^2, {formula}; pixels are K (x', y', 1)"
    return Field(name, ("sample", "view", model), "<f8", "1", said, lens=model)


LENS_FIELDS: tuple[Field, ...] = tuple(_field(model, name) for model, name in LENSES.items())
"""The datasets; a shard has one of them at most."""


def camera_convention(name: str) -> str:
    """What a shard with the dataset `name` of a lens says of its cameras."""
    return f"OpenCV, with a lens: {name} before camera/K; x right, y down, z forward"


def require_one(present: Collection[str]) -> None:
    """Raise ValueError, with a dataset's name, where there are several lenses among those that are present."""
    there = [name for name in LENSES.values() if name in present]
    if len(there) > 1:
        raise ValueError(f"{there[1]}: is there beside {there[0]}, and a camera has one lens")


def coefficients(lenses: Collection[Lens]) -> dict[str, NDArray[np.float64]]:
    """The dataset of the lenses of V views, (V, C), by its name; nothing of pinholes. All are of one model."""
    models = {lens.model for lens in lenses if lens.bends}
    return {LENSES[model]: np.stack([lens.array for lens in lenses]) for model in models}


def lenses_of(views: int, read: Callable[[str], NDArray[Any] | None]) -> tuple[Lens, ...]:
    """The lenses of V views of a sample; `read` gives the coefficients (V, C) of a dataset, None where it is absent.

    Raises ValueError where they are not finite.
    """
    for model, name in LENSES.items():
        if (rows := read(name)) is not None:
            return tuple(Lens(model, tuple(row.tolist())) for row in rows)
    return (PINHOLE,) * views


def read_lenses(reader: Reads, views: int, index: int) -> tuple[Lens, ...]:
    """The lenses of a sample of a shard. Raises ShardError where they are none, and as the reader does."""
    try:
        return lenses_of(views, lambda name: reader.read(name, index) if reader.holds(name) else None)
    except ValueError as error:
        raise ShardError(f"{reader.path}: {error}: {AGAIN}") from None
