"""Functions compiled by Numba, once for all processes where there is a place to keep what was compiled."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba import config, njit
from numba.core.sigutils import normalize_signature

if config.DISABLE_JIT:  # pyright: ignore[reportAttributeAccessIssue]
    raise ImportError("NUMBA_DISABLE_JIT is set: nothing is compiled")

_OPTIONS = {"nogil": True, "error_model": "numpy"}
_IMPORT = re.compile(r"^from ([\w.]+) import ", re.MULTILINE)


def compiled(function: Callable[..., Any]) -> Any:
    """The function as machine code, made at its first call and kept beside its file, or in the user's cache folder.

    Where neither can be written (NUMBA_CACHE_DIR names another place) every process compiles for itself. What was kept
    holds as long as neither the file nor any that it imports from changes, and is made anew where it is damaged.
    """
    return _made(function, _OPTIONS)


def contracted(function: Callable[..., Any]) -> Any:
    """As `compiled`, a product and the sum that takes it rounded once where a machine can."""
    return _made(function, _OPTIONS | {"fastmath": {"contract"}})


def inlined(function: Callable[..., Any]) -> Any:
    """The same, written out wherever a compiled function calls it."""
    return _made(function, _OPTIONS | {"inline": "always"})


def _made(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """Compiled when it is called; kept where there is a place, and a Numba whose way of keeping is known."""
    try:
        made: Any = njit(cache=True, **options)(function)
        made._cache = Kept(made._cache, digest(Path(function.__code__.co_filename)))
    except (RuntimeError, AttributeError):
        return njit(**options)(function)
    return made


class Kept:
    """Numba's store of what it made of one function; a store that is damaged, full or gone costs time alone.

    Numba raises what unpickling a damaged file raises, and what a full disk does. It looks at the function's own file
    alone, and would keep constants and functions of others as they were: `stamp` changes with those. Two processes that
    begin a store at once for unlike arguments give their files one name: what was made for others is not taken.
    """

    def __init__(self, store: Any, stamp: str) -> None:
        self._store = store
        files = store._cache_file
        files._source_stamp = (files._source_stamp, stamp)
        self.cache_path: str = store.cache_path
        self.flush: Callable[[], None] = store.flush

    def load_overload(self, signature: Any, target: Any) -> Any:
        """What was made for a signature, None where it must be made; called by Numba."""
        try:
            found = self._store.load_overload(signature, target)
        except Exception:  # a damaged pickle raises anything
            with suppress(OSError):
                self.flush()
            return None
        wanted, _ = normalize_signature(signature)
        return found if found is None or tuple(found.signature.args) == tuple(wanted) else None

    def save_overload(self, signature: Any, made: Any) -> None:
        """Keep what was made, if that is possible; called by Numba."""
        with suppress(OSError):
            self._store.save_overload(signature, made)


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
