"""Shards from Python, by one name."""

from collections.abc import Iterable
from pathlib import Path

from scenegen.errors import UsageError, typed
from scenegen.shards.reader import ShardSet


@typed(UsageError)
def open_shards(place: Path | str, split: str | None = None, layers: Iterable[str] | None = None) -> ShardSet:
    """All samples of a run, lazily: a folder, or an address such as s3://bucket/set; `layers` are those that are read.

    Raises ShardError, in one line, where there is nothing to read, UsageError for an argument of another kind.
    """
    return ShardSet(place, split, layers)
