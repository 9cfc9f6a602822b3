"""The errors that a user may meet: each message is one line that says what, where and what to do.

Nothing here is a bug in the program; the command line prints the message without a traceback
and leaves with `exit_code`. `typed` raises one where a function is called with what its signature does not take.
"""

import errno
import inspect
import os
import types
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

P = ParamSpec("P")
R = TypeVar("R")

MACHINE = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN}
)
"""What the system says where neither the file nor its name is at fault: reading it again may well succeed."""
TOO_MANY_FILES = frozenset({errno.EMFILE, errno.ENFILE})
UNANSWERED = errno.ENOTCONN
"""What an address raises where a server, or the way to it, failed: the text of the error says how."""
REACH = "see that it is there, that you may use it and that the network is up, then run the command again"
"""What to do about that."""
RAISE_LIMIT = "raise the limit of open files (ulimit -n)"
"""What to do about them."""
MOST_SHOWN = 300
"""Characters of a file's own words that an error repeats."""


class ScenegenError(Exception):
    """Base of every error with a message meant for the user."""

    exit_code = 1
    reason = "error"
    """Short stable code by which failures are counted."""


class UsageError(ScenegenError):
    """The request itself cannot be met: a bad flag, an impossible size, a missing source."""

    exit_code = 2


class LensError(UsageError, ValueError):
    """A lens that is none: an unknown model, or coefficients that are not its."""


class AssetError(ScenegenError):
    """One asset cannot be used. `reason` is a short stable code that is counted and reported."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type["AssetError"], tuple[str, str]]:
        return (AssetError, (self.reason, str(self)))


class MachineError(ScenegenError):
    """The machine failed while an asset was read: too many open files, a disk or a network that does not answer.

    Never taken for a broken asset, which would be replaced by another one: what is made would depend on the machine.
    """

    reason = "machine"


class StagingError(ScenegenError):
    """A room cannot be furnished or photographed as asked (too small, no free space, no view)."""

    reason = "cannot_be_staged"


class RenderError(ScenegenError):
    """A renderer cannot start or failed (no OpenGL, no device)."""

    reason = "renderer"


class TracerError(ScenegenError):
    """A tracer cannot work here, or failed (Embree's library is missing, or another one than expected)."""

    reason = "tracer"


class ShardError(ScenegenError):
    """A shard is missing, damaged, of another format, or cannot be written."""

    reason = "shard"


class ImportingError(ScenegenError):
    """Data of elsewhere cannot be imported: a depth, pose or picture is missing or damaged, no two frames overlap."""

    reason = "import"


class LonelyError(ImportingError):
    """A frame overlaps with no other one as asked."""


class RunError(ScenegenError):
    """A run folder cannot be used or a run did not complete."""


class RecordError(ValueError):
    """What the record of a slice raised when it was read: the fault of that file, not of the manifest beside it."""

    def __init__(self, path: Path, cause: BaseException) -> None:
        super().__init__(f"{path.name}: {cause}")
        self.path, self.cause = path, cause


def unreadable(path: Path, error: OSError) -> AssetError | MachineError:
    """The error to raise for a file of an asset that could not be read, in the system's own words."""
    words = os.strerror(error.errno) if error.errno else str(error)
    if error.errno not in MACHINE:
        return AssetError("unreadable", f"{path}: cannot be read ({words})")
    advice = RAISE_LIMIT if error.errno in TOO_MANY_FILES else "mend that"
    return MachineError(f"{path}: cannot be read ({words}): {advice}, then run the same command again")


def first_line(error: BaseException) -> str:
    """The first line of an error, or its kind where it says nothing; without its full stop, fit for a terminal."""
    return printable((str(error).strip().splitlines() or [type(error).__name__])[0].rstrip("."))


def printable(text: str) -> str:
    """Words from a file that is not trusted, short and without control characters."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:MOST_SHOWN])
    return shown + ("…" if len(text) > MOST_SHOWN else "")


def shown(value: Any) -> str:
    """A value as it is written, in one line, cut short."""
    try:
        text = " ".join(ascii(value).splitlines())
    except (ValueError, RecursionError):  # a whole number of thousands of digits, lists in lists in lists
        text = f"{type(value).__name__} of great length or depth"
    return text if len(text) <= 80 else text[:77] + "..."


def typed(error: type[Exception]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Makes a function raise `error`, in one line, for the first argument that is not of the kind its signature says.

    Kinds are numbers, texts, paths, classes, arrays, choices, tuples of them and any of several; what else a signature
    says is not looked at. NumPy's numbers are numbers, a truth value is none, and an empty text is no path.
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        several = {name for name, each in signature.parameters.items() if each.kind in _SEVERAL}

        @wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            given = signature.bind(*args, **kwargs).arguments
            _refuse({name: value for name, value in given.items() if name not in several}, _kinds(function), error)
            return function(*args, **kwargs)

        return called

    return wrap


def check_fields(it: Any, error: type[Exception]) -> None:
    """Raise `error` for the first field of a dataclass that is not of its kind, as `typed` does of arguments."""
    _refuse(vars(it), _kinds(type(it)), error)


@cache
def _kinds(of: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(of)


def _refuse(values: Mapping[str, Any], kinds: Mapping[str, Any], error: type[Exception]) -> None:
    for name, value in values.items():
        if name in kinds and not _fits(value, kinds[name]):
            raise error(f"{name} {_found(value)}: must be {_asked(kinds[name])}")


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a kind; so is every value of a kind that is not known here."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        pathless = Path in parts and isinstance(value, str) and not value
        return any(_fits(value, part) for part in parts) and not pathless
    if origin is Literal:
        return value in parts
    if kind is Path:
        return all(hasattr(value, word) for word in _OF_PATHS)
    if kind in _NUMBERS:
        return isinstance(value, _NUMBERS[kind]) and not isinstance(value, bool)
    if origin is tuple:
        return _are_fit(value.tolist() if hasattr(value, "tolist") else value, parts)
    if origin is Iterable:
        return isinstance(value, Iterable) and not isinstance(value, str)
    return not _is_class(origin or kind) or isinstance(value, origin or kind)


def _is_class(kind: Any) -> bool:
    """Whether `isinstance` may be asked."""
    return isinstance(kind, type) and kind is not Any and not getattr(kind, "_is_protocol", False)


def _are_fit(values: Any, kinds: tuple[Any, ...]) -> bool:
    """Whether values are those of a tuple, or of a list or array in its stead."""
    if not isinstance(values, tuple | list):
        return False
    each = kinds[:1] * len(values) if kinds[-1] is Ellipsis else kinds
    return len(each) == len(values) and all(map(_fits, values, each))


_SEVERAL = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_OF_PATHS = ("__truediv__", "open", "name")
"""What is a path, here or at an address (`address.Address` is none to Python)."""
_NUMBERS: dict[Any, type] = {int: Integral, float: Real}
_NOUNS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "True or False",
    "Path": "a path",
    "Iterable": "a list",
    "ndarray": "an array",
}


def _asked(kind: Any) -> str:
    """A kind in words."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind in (None, type(None)):
        return "None"
    if origin in (Union, types.UnionType):
        return " or ".join(_asked(part) for part in parts if part is not str or Path not in parts)
    if origin is Literal:
        return f"one of {', '.join(map(str, parts))}"
    if origin is tuple:
        return f"({', '.join('...' if part is Ellipsis else _asked(part) for part in parts)})"
    return _NOUNS.get(name := (origin or kind).__name__) or f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _found(value: Any) -> str:
    """A value as it is written, or its class where that is no short matter."""
    plain = value is None or isinstance(value, str | int | float | tuple | list)
    return shown(value) if plain else f"of type {type(value).__name__}"
