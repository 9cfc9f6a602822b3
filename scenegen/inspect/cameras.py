"""Which cameras took the pictures of shards, in words: views, sizes, lenses, and the path or rig that they are on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scenegen.shards import schema
from scenegen.shards.reader import ShardReader

SHOWN = 3
"""Different values of a row that are written out."""
_USUAL = {"trajectory": "none", "rig": "free"}
"""Options that the configuration of a rendered set leaves out where they have these values."""


def cameras_of(reader: ShardReader) -> dict[str, tuple[str, ...]]:
    """What a shard says of its cameras: a name and its different values; what it does not say is not there."""
    _, views, height, width, _ = next(info.shape for info in reader.datasets() if info.name == "rgb")
    found = {"views": (str(views),), "size, px": (f"{width} x {height}",)}
    if "camera/K" in schema.absent(reader.attributes):
        return found
    lenses = (str(lens) for row in range(len(reader)) for lens in reader.lenses(row))
    return found | {"lens": tuple(dict.fromkeys(lenses))} | _placed(reader.config.get("cameras"))


def _placed(cameras: Any) -> dict[str, tuple[str, ...]]:
    """The options of a rendered set that say how views are placed; nothing of an imported one."""
    if not isinstance(cameras, Mapping):
        return {}
    return {name: (str(cameras.get(name, usual)),) for name, usual in _USUAL.items()}


def merged(parts: Sequence[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """What several shards say together."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: _all(part.get(name, ()) for part in parts) for name in names}


def _all(values: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for some in values for value in some))


def in_words(values: Sequence[str]) -> str:
    """The first values, and how many there are beside them."""
    more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return ", ".join(values[:SHOWN]) + more
