"""What a shard is read by."""

from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from scenegen.lenses import Lens


class Rows(Protocol):
    """What samples are made of: a shard, or what would be one."""

    @property
    def attributes(self) -> dict[str, str | int | float]:
        """All root attributes."""
        ...

    @property
    def asset_ids(self) -> NDArray[Any]:
        """(A,) identifiers of the assets."""
        ...

    def lenses(self, index: int) -> tuple[Lens, ...]:
        """The lenses of the views of a sample."""
        ...

    def read(self, name: str, *index: int) -> NDArray[Any]:
        """A dataset, or its part at leading indices."""
        ...


class Reads(Rows, Protocol):
    """The datasets of one shard; `ShardReader` is one."""

    path: Path

    def holds(self, name: str) -> bool:
        """Whether there is a dataset of this name."""
        ...
