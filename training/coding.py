"""Settings to and from plain JSON values, strictly: what is read back is what was meant."""

from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class SettingsMismatch(ValueError):  # noqa: N818  (not an error of the user; its callers make one of it)
    """Values that do not fit the dataclass; the message names the entry."""


def decode(kind: type[T], values: Any, where: str = "") -> T:
    """A dataclass from what `json.loads(json.dumps(asdict(it)))` gives.

    Unknown entries, wrong types and values outside of a Literal raise SettingsMismatch; an entry that is missing takes
    its default, so that files from before an option existed can be read.
    """
    if not isinstance(values, dict):
        raise SettingsMismatch(f"{where or 'settings'} is {values!r}, not a table")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(set(values) - set(known)):
        raise SettingsMismatch(f"{_join(where, unknown[0])} is unknown")
    if missing := [name for name, field in known.items() if name not in values and _required(field)]:
        raise SettingsMismatch(f"{_join(where, missing[0])} is missing")
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], value, _join(where, name)) for name, value in values.items()})


def differences(there: Any, here: Any, ignore: frozenset[str] = frozenset()) -> list[str]:
    """What differs between two dataclasses of one kind, as "objective.p is 'inf' there and '2' now"."""
    old, new = flat(there), flat(here)
    return [
        f"{name} is {old.get(name)!r} there and {new.get(name)!r} now"
        for name in new
        if name not in ignore and old.get(name) != new.get(name)
    ]


def flat(settings: Any) -> dict[str, Any]:
    """A dataclass of dataclasses as one table with dotted names."""
    return dict(_items(asdict(settings), ""))


def _items(values: dict[str, Any], where: str) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in values.items():
        path = _join(where, name)
        rows += _items(value, path) if isinstance(value, dict) else [(path, value)]
    return rows


def _value(hint: Any, value: Any, where: str) -> Any:
    """One entry as its annotation says."""
    if is_dataclass(hint) and isinstance(hint, type):
        return decode(hint, value, where)
    if get_origin(hint) is Literal:
        return _checked(value in get_args(hint), value, hint, where)
    if get_origin(hint) is tuple:
        return _tuple(hint, value, where)
    if hint is float and type(value) is int:
        return float(value)
    return _checked(type(value) is (NoneType if hint is None else hint), value, hint, where)


def _tuple(hint: Any, value: Any, where: str) -> tuple[Any, ...]:
    """`tuple[int, ...]` or `tuple[float, float]` from a list."""
    kinds = get_args(hint)
    _checked(isinstance(value, list | tuple), value, hint, where)
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    _checked(len(kinds) == len(value), value, hint, where)
    return tuple(_value(kind, entry, where) for kind, entry in zip(kinds, value, strict=True))


def _checked(good: bool, value: Any, hint: Any, where: str) -> Any:
    """The value, if it is good."""
    if not good:
        raise SettingsMismatch(f"{where} is {value!r}, not {getattr(hint, '__name__', hint)}")
    return value


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
