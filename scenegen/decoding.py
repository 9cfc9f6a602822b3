"""Plain values (JSON, TOML) to frozen dataclasses, strictly: what is read back is what was meant.

Fields may be bool, int, float, str, Path, a Literal, a tuple of these (one kind and any length, or one kind for each
place), a NamedTuple, a dataclass (generic ones with their arguments), and any of them or None.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from scenegen.errors import shown

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]
"""Makes a value of the kind given second of the plain value given first; raises Misfit."""
_MOST_BITS = 63


class Misfit(ValueError):  # noqa: N818  (not an error of the user; its callers make one of it)
    """A value that does not fit its dataclass; the message says what is wrong with it, `path` where it stands."""

    def __init__(self, problem: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(problem)
        self.path = path
        """Names of the entries that lead to it, the outermost first."""


class _Scalar(NamedTuple):
    """A kind of single values."""

    one: str
    many: str
    given_as: tuple[type, ...]
    """Types of the plain values that it is made of."""


_SCALARS = {
    bool: _Scalar("true or false", "truth values", (bool,)),
    int: _Scalar("a whole number", "whole numbers", (int,)),
    float: _Scalar("a number", "numbers", (float, int)),
    str: _Scalar("a text", "texts", (str,)),
    Path: _Scalar("a path", "paths", (str,)),
}


def decode(kind: type[T], values: Any) -> T:
    """A dataclass of type `kind` from what `json.loads(json.dumps(asdict(it)))` gives.

    Nothing is converted but a whole number where a real one is asked for. An entry that is missing takes its default,
    so that files from before an option existed can be read. Raises Misfit that names an unknown entry, one that is
    missing and has no default, or the first value of the wrong kind. What a class raises as it is made stays as it is.
    Raises TypeError for a class with lists, tables or sets of any length among its fields.
    """
    try:
        return _converter().structure(values, kind)
    except (ExceptionGroup, Misfit) as error:
        raise _first(error) from None


@cache
def _converter() -> "Converter":
    """The converter with the hooks of this module, made when first asked for: most commands decode nothing."""
    from cattrs import Converter

    converter = Converter()
    for kind in _SCALARS:  # by class: cattrs' own, which convert, come before those by predicate
        converter.register_structure_hook(kind, _scalar(kind))
    for is_one, hook in _HOOKS:
        converter.register_structure_hook_factory(is_one, hook)
    return converter


def _first(error: Exception, path: tuple[str, ...] = ()) -> Exception:
    """The first of the errors in a group, a Misfit with the names that lead to it."""
    from cattrs import AttributeValidationNote

    names = [note.name for note in getattr(error, "__notes__", ()) if isinstance(note, AttributeValidationNote)]
    path = (*path, *names)
    if isinstance(error, ExceptionGroup):
        return _first(error.exceptions[0], path)
    if isinstance(error, KeyError) and names:
        return Misfit("missing", path)
    return Misfit(str(error), path) if isinstance(error, Misfit) else error


def _scalar(kind: Any) -> Hook:
    def read(value: Any, _: Any) -> Any:
        if type(value) is int and value.bit_length() > _MOST_BITS:
            raise Misfit(f"a whole number of {value.bit_length()} bits, {_MOST_BITS} are possible")
        if type(value) not in _SCALARS[kind].given_as:
            raise _unlike(value, kind)
        return kind(value)

    return read


def _choice(kind: Any, _: "Converter") -> Hook:
    choices = get_args(kind)

    def read(value: Any, _: Any) -> Any:
        if not any(type(value) is type(choice) and value == choice for choice in choices):  # True == 1 == 1.0
            raise Misfit(f"{shown(value)} is none of {', '.join(map(str, choices))}")
        return value

    return read


def _series(kind: Any, converter: "Converter") -> Hook:
    make = getattr(kind, "_make", tuple)
    parts = _parts(kind)

    def read(value: Any, _: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise _unlike(value, kind)
        kinds = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        if len(kinds) != len(value):
            raise _unlike(value, kind)
        return make([converter.structure(entry, part) for entry, part in zip(value, kinds, strict=True)])

    return read


def _table(kind: Any, converter: "Converter") -> Hook:
    build = converter.gen_structure_attrs_fromdict(kind)
    known = [field.name for field in fields(get_origin(kind) or kind) if field.init]

    def read(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            raise _unlike(value, kind)
        if unknown := [key for key in value if key not in known]:
            raise Misfit(f"unknown option {shown(unknown[0])}; known here: {', '.join(known)}")
        return build(value, kind)

    return read


def _nothing(kind: Any, _: "Converter") -> Hook:
    def read(value: Any, _: Any) -> None:
        if value is not None:
            raise Misfit(f"expected nothing, found {shown(value)}")

    return read


def _refused(kind: Any, _: "Converter") -> Hook:
    """No hook: that of cattrs takes a text for a list of letters."""
    raise TypeError(f"{kind}: a frozen dataclass holds tuples")


def _is_nothing(kind: Any) -> bool:
    return kind in (None, NoneType)


def _is_choice(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _is_series(kind: Any) -> bool:
    return get_origin(kind) is tuple or hasattr(kind, "_make")


def _is_table(kind: Any) -> bool:
    return is_dataclass(get_origin(kind) or kind)


def _is_loose(kind: Any) -> bool:
    return (get_origin(kind) or kind) in (list, dict, set, frozenset)


_HOOKS: tuple[tuple[Callable[[Any], bool], Callable[[Any, "Converter"], Hook]], ...] = (
    (_is_nothing, _nothing),
    (_is_choice, _choice),
    (_is_series, _series),
    (_is_table, _table),
    (_is_loose, _refused),
)
"""How to tell a kind of fields, and what makes the hook that reads it."""


def _parts(kind: Any) -> tuple[Any, ...]:
    """Kinds of the entries of a tuple or NamedTuple; an Ellipsis last stands for any number of the first."""
    return get_args(kind) or tuple(get_type_hints(kind).values())


def _unlike(value: Any, kind: Any) -> Misfit:
    return Misfit(f"expected {_words(kind)}, found {shown(value)}")


def _words(kind: Any) -> str:
    """How to say in words what is expected."""
    if kind in _SCALARS:
        return _SCALARS[kind].one
    if not _is_series(kind):
        return "a table of options"
    kinds = [part for part in _parts(kind) if part is not Ellipsis]
    number = "" if Ellipsis in _parts(kind) else f"{len(kinds)} "
    alike = kinds[0] in _SCALARS and len(set(kinds)) == 1
    return f"a list of {number}{_SCALARS[kinds[0]].many if alike else 'entries'}"
