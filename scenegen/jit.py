"""Functions compiled by Numba, once for all processes where there is a place to keep what was compiled."""

from collections.abc import Callable
from typing import Any

from numba import njit

_OPTIONS = {"nogil": True, "error_model": "numpy"}


def compiled(function: Callable[..., Any]) -> Any:
    """The function as machine code, made at its first call and kept beside its file, or in the user's cache folder.

    Where neither can be written (NUMBA_CACHE_DIR names another place) every process compiles for itself.
    """
    return _made(function, _OPTIONS)


def inlined(function: Callable[..., Any]) -> Any:
    """The same, written out wherever a compiled function calls it."""
    return _made(function, _OPTIONS | {"inline": "always"})


def _made(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # no place to keep it
        return njit(**options)(function)
