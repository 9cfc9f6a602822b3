"""Settings to and from plain JSON values, strictly: what is read back is what was meant."""

from dataclasses import asdict
from typing import Any, TypeVar

from scenegen import decoding
from scenegen.decoding import Misfit

T = TypeVar("T")


class SettingsMismatch(ValueError):  # noqa: N818  (not an error of the user; its callers make one of it)
    """Values that do not fit the dataclass; the message names the entry."""


def decode(kind: type[T], values: Any, where: str = "") -> T:
    """As `scenegen.decoding.decode`; raises SettingsMismatch that names the entry, below `where`, with dots."""
    try:
        return decoding.decode(kind, values)
    except Misfit as error:
        place = ".".join(filter(None, (where, *error.path)))
        raise SettingsMismatch(": ".join(filter(None, (place, str(error))))) from None


def differences(there: Any, here: Any, ignore: frozenset[str] = frozenset()) -> list[str]:
    """What differs between dataclasses, or tables, where both have an entry, as "loss.p is 'inf' there and '2' now"."""
    old, new = flat(there), flat(here)
    return [
        f"{name} is {old[name]!r} there and {new[name]!r} now"
        for name in new
        if name in old and name not in ignore and old[name] != new[name]
    ]


def flat(settings: Any) -> dict[str, Any]:
    """A dataclass of dataclasses, or a table of tables, as one table with dotted names."""
    return dict(_items(settings if isinstance(settings, dict) else asdict(settings), ""))


def _items(values: dict[str, Any], where: str) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in values.items():
        path = _join(where, name)
        rows += _items(value, path) if isinstance(value, dict) else [(path, value)]
    return rows


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
