"""Layers that what is asked for needs, and what to do about a shard that has them not."""

from collections.abc import Iterable
from dataclasses import dataclass

from scenegen.shards import ShardSet
from training.errors import DataError


@dataclass(frozen=True)
class Need:
    """Layers of pictures that something is made of."""

    layers: tuple[str, ...]
    purpose: str
    """What they are for, in a clause."""
    instead: str
    """What to do where the data have none and never will."""


def require_layers(shards: ShardSet, numbers: Iterable[int], need: Need) -> None:
    """Raise DataError at the first of these shards that lacks a layer, and ShardError where one is damaged."""
    for number in numbers:
        if missing := [name for name in need.layers if not shards.reader(number).holds(name)]:
            raise DataError(_told(shards, number, missing[0], need))


def _told(shards: ShardSet, number: int, layer: str, need: Need) -> str:
    """What a shard lacks: imported data cannot be rendered anew."""
    layout = shards.reader(number).config.get("imported_from")
    rendered = f"render into a new folder with `scenegen render --layers {','.join(('rgb', *need.layers))}`"
    advice = rendered if layout is None else f"what is imported from {layout} has none: {need.instead}"
    return f"{shards.entries[number].path}: has no {layer} layer, {need.purpose}: {advice}"
