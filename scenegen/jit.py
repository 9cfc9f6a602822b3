"""Functions compiled by Numba, once for all processes where there is a place to keep what was compiled."""

import hashlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit

_OPTIONS = {"nogil": True, "error_model": "numpy"}
_IMPORT = re.compile(r"^from ([\w.]+) import ", re.MULTILINE)


def compiled(function: Callable[..., Any]) -> Any:
    """The function as machine code, made at its first call and kept beside its file, or in the user's cache folder.

    Where neither can be written (NUMBA_CACHE_DIR names another place) every process compiles for itself. What was kept
    holds as long as neither the file nor any that it imports from changes.
    """
    return _made(function, _OPTIONS)


def contracted(function: Callable[..., Any]) -> Any:
    """As `compiled`, a product and the sum that takes it rounded once where a machine can."""
    return _made(function, _OPTIONS | {"fastmath": {"contract"}})


def inlined(function: Callable[..., Any]) -> Any:
    """The same, written out wherever a compiled function calls it."""
    return _made(function, _OPTIONS | {"inline": "always"})


def _made(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    try:
        made = njit(cache=True, **options)(function)
    except RuntimeError:  # no place to keep it
        return njit(**options)(function)
    # Numba looks at the function's own file alone, and would keep constants and functions of others as they were
    kept: Any = made._cache._cache_file  # pyright: ignore[reportAttributeAccessIssue]
    kept._source_stamp = (kept._source_stamp, digest(Path(function.__code__.co_filename)))
    return made


@cache
def digest(path: Path) -> str:
    """SHA-256 of a Python file and of all files of its package that it imports from, directly or not."""
    found, waiting = {path}, [path]
    while waiting:
        new = set(_imported(waiting.pop())) - found
        found |= new
        waiting += new
    whole = hashlib.sha256()
    for each in sorted(found):
        whole.update(each.read_bytes())
    return whole.hexdigest()


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    """The modules, of packages of ours, that a file imports from by `from module import name`."""
    return tuple(_files(_IMPORT.findall(path.read_text(encoding="utf-8"))))


def _files(modules: list[str]) -> Iterator[Path]:
    """The files of modules of the packages that lie beside this one."""
    root = Path(__file__).parent.parent
    for module in modules:
        place = root.joinpath(*module.split("."))
        yield from (p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file())
