"""How values are written on the command line: 640x480, 0.2:0.9, rgb,depth."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from scenegen.config import Range, Size
from scenegen.errors import UsageError
from scenegen.remote import is_remote, local, located


def path_spec(metavar: str, read: Callable[[str], Path]) -> PrimitiveConstructorSpec:
    """How a path is read and shown."""
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar=metavar,
        instance_from_str=lambda words: read(_said(words[0])),
        is_instance=lambda value: isinstance(value, Path) or is_remote(value),
        str_from_instance=lambda value: [str(value)],
    )


def _said(word: str) -> str:
    """A path as it was given. Raises UsageError for none at all, which would be the folder that one stands in."""
    if not word:
        raise UsageError('"" is no path: give one, or . for this folder')
    return word


Place = Annotated[Path, path_spec("DIR|URL", located)]
"""A folder of this machine, or an address such as s3://bucket/set."""
Shards = Annotated[Path, path_spec("SHARD|DIR|URL", located)]
"""A shard or the folder of a run, on this machine or at an address."""
ConfigFile = Annotated[Path, path_spec("FILE|URL", located)]
"""A file of options, on this machine or at an address."""
Folder = Annotated[Path, path_spec("DIR", local)]
"""A folder that must lie on this machine."""
File = Annotated[Path, path_spec("FILE", local)]
"""A file that must lie on this machine."""

OptionalSource = Annotated[str | None, tyro.conf.arg(metavar="KIND:PATH")]
"""A source of rooms or objects, or none."""


def registry() -> ConstructorRegistry:
    """The rules by which tyro reads and shows our kinds of values."""
    rules = ConstructorRegistry()
    rules.primitive_rule(_rule(Range, "LOW:HIGH", read_range, lambda r: f"{r.low:g}:{r.high:g}"))
    rules.primitive_rule(_rule(Size, "WIDTHxHEIGHT", read_size, lambda s: f"{s.width}x{s.height}"))
    rules.primitive_rule(_rule(tuple[str, ...], "NAME,NAME", read_names, ",".join))
    return rules


def _rule(kind: Any, metavar: str, read: Callable[[str], Any], show: Callable[[Any], str]) -> Callable:
    """A tyro rule for one type that is written as one word."""

    def rule(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec | None:
        if info.type != kind and info.type_origin != kind:
            return None
        return PrimitiveConstructorSpec(
            nargs=1,
            metavar=metavar,
            instance_from_str=lambda words: read(words[0]),
            is_instance=lambda value: isinstance(value, kind if isinstance(kind, type) else tuple),
            str_from_instance=lambda value: [show(value)],
        )

    return rule


def read_range(text: str) -> Range:
    """LOW:HIGH, or one number for both. Raises ValueError."""
    parts = text.split(":")
    if len(parts) not in (1, 2):
        raise ValueError(f"{text!r} is not LOW:HIGH, as in 0.2:0.9")
    try:
        return Range(float(parts[0]), float(parts[-1]))
    except ValueError:
        raise ValueError(f"{text!r} is not LOW:HIGH, as in 0.2:0.9") from None


def read_size(text: str) -> Size:
    """WIDTHxHEIGHT. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", text)
    if not match:
        raise ValueError(f"{text!r} is not WIDTHxHEIGHT, as in 640x480")
    return Size(int(match[1]), int(match[2]))


def read_names(text: str) -> tuple[str, ...]:
    """Comma-separated names."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
