"""What pairs can be taken from: shards, or the pictures of a folder."""

from typing import Protocol

from training.data.item import PairItem
from training.data.order import Key
from training.settings import DataSettings


class PairSource(Protocol):
    """Pairs of windows by key: `source[key]` is a function of the seed and the key alone, in any process."""

    settings: DataSettings
    """How pairs are read and cut."""
    passed_over: int
    """Pairs of the batches taken so far that others took the place of."""

    def __len__(self) -> int:
        """Number of pairs in an epoch."""
        ...

    def __getitem__(self, key: Key) -> PairItem:
        """The pair of a key, or its replacement. Raises TrainingError and ShardError."""
        ...

    @property
    def window(self) -> tuple[int, int]:
        """Width and height of the windows."""
        ...

    @property
    def start_method(self) -> str | None:
        """How reading processes have to start: "spawn" where they could not use what a fork hands on; None: anyhow."""
        ...

    def as_taken(self) -> "PairSource":
        """The same pairs, never mirrored, with a count of its own."""
        ...

    def remark(self) -> str:
        """One line about what was passed over and why; "" where nothing was."""
        ...
