"""What a shard is read by."""

from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from scenegen.lenses import Lens


class Reads(Protocol):
    """The datasets of one shard; `ShardReader` is one."""

    path: Path

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

    def holds(self, name: str) -> bool:
        """Whether there is a dataset of this name."""
        ...

    def read(self, name: str, *index: int) -> NDArray[Any]:
        """A dataset, or its part at leading indices."""
        ...
