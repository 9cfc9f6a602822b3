"""What was made lately and may be wanted again, within a bound of memory."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by key, those used longest ago put away until the rest fits; the newest stays, however large."""

    def __init__(self, size: Callable[[V], int], limit: int) -> None:
        self._size = size
        self._limit = limit
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made where it is not there. Raises as `make` does, and keeps nothing then."""
        if key not in self._kept:
            self._kept[key] = make()
            self._make_room()
        self._kept.move_to_end(key)
        return self._kept[key]

    def _make_room(self) -> None:
        total = sum(map(self._size, self._kept.values()))
        while total > self._limit and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            total -= self._size(gone)
