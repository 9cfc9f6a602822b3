"""Values of foreign JSON, each checked where it is taken out: what is of another kind raises a ValueError."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tree = dict[str, Any]
"""An object of the JSON."""
_MOST = 1 << 53


def entries(tree: Tree, key: str) -> list[Tree]:
    """The list of objects under a key, empty where there is none. Raises ValueError."""
    found = tree.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(e, dict) for e in found):
        raise ValueError(f"{key} is no list of objects")
    return found


def entry(tree: Tree, key: str, index: object) -> Tree:
    """One of those. Raises ValueError where it is not there."""
    rows, at = tree.get(key), whole_number(index, f"an index of {key}")
    if not isinstance(rows, list) or at >= len(rows) or not isinstance(rows[at], dict):
        raise ValueError(f"{key} {at} is named and not there")
    return rows[at]


def branch(tree: Tree, key: str) -> Tree:
    """The object under a key, empty where there is none. Raises ValueError."""
    found = tree.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError(f"{key} is no object")
    return found


def extension(tree: Tree, name: str) -> Tree | None:
    """What an extension adds to an object; None where it adds nothing. Raises ValueError."""
    extensions = branch(tree, "extensions")
    return branch(extensions, name) if name in extensions else None


def whole_number(value: object, what: str, *, least: int = 0) -> int:
    """A whole number of at least `least`. Raises ValueError."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if type(number) is not int or not least <= number < _MOST:
        raise ValueError(f"{what} is no count: {value!r:.40}")
    return number


def number(value: object, what: str) -> float:
    """A finite number. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{what} is no number: {value!r:.40}")
    return float(value)


def numbers(tree: Tree, key: str, default: tuple[float, ...]) -> NDArray[np.float64]:
    """(n,) float64 under a key, as many as the default has, which stands where there is none. Raises ValueError."""
    found = tree.get(key)
    if found is None:
        return np.array(default, np.float64)
    if not isinstance(found, list) or len(found) != len(default):
        raise ValueError(f"{key} is no list of {len(default)} numbers")
    return np.array([number(v, key) for v in found])


def text(tree: Tree, key: str) -> str:
    """The text under a key; "" where there is none, or something else."""
    found = tree.get(key)
    return found if isinstance(found, str) else ""
