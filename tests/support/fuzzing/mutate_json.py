"""Damage to JSON that leaves it well-formed: what a parser of the values behind it has to stand."""

import json
from typing import Any

import numpy as np

from fuzzing.mutate import mutate

NASTY_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.5, -0.0, 1e38, 1e308, float("nan"), float("inf"), 2**31, 2**32, 2**63, -(2**63)),
    *(2**64, 10**400, 10**12, "", "\0", "..", "../../etc/passwd", "/etc/passwd", "\ud800", "a\nb", "x" * 3000, "0"),
    *([], {}, [[]], [{}], {"": None}, [None], [1, [2, [3]]], "data:,", "data:;base64,!!!!", "12345678"),
)


def damage_json(data: bytes, rng: np.random.Generator) -> bytes:
    """Mostly well-formed JSON with one to three values replaced, removed or doubled; at times bytes as `mutate` does."""
    if rng.random() < 0.3:
        return mutate(data, rng)
    tree = json.loads(data)
    for _ in range(int(rng.integers(1, 4))):
        tree = _changed(tree, rng)
    return json.dumps(tree, ensure_ascii=bool(rng.integers(2))).encode("utf-8", "surrogatepass")


def damage_json_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """The same for a file of one JSON value a line."""
    lines = data.splitlines()
    at = int(rng.integers(len(lines)))
    lines[at] = damage_json(lines[at], rng)
    return mutate(b"\n".join(lines), rng) if rng.random() < 0.2 else b"\n".join(lines)


def _changed(tree: Any, rng: np.random.Generator) -> Any:
    """The tree with one change at a random place."""
    places = _places(tree)
    if not places:
        return tree if rng.random() < 0.5 else _nasty(rng)
    holder, key = places[int(rng.integers(len(places)))]
    act = rng.random()
    if act < 0.15:
        del holder[key]
    elif act < 0.3 and isinstance(holder, list):
        holder.extend([holder[key]] * int(2 ** rng.uniform(0, 7)))
    elif act < 0.45:
        other, name = places[int(rng.integers(len(places)))]
        holder[key] = json.loads(json.dumps(other[name]))
    elif act < 0.6 and isinstance(holder[key], int | float):
        holder[key] = _near(holder[key], rng)
    else:
        holder[key] = _nasty(rng)
    return tree


def _near(value: float, rng: np.random.Generator) -> float:
    """A number that is off by one, of the other sign, or far too large."""
    return (value + 1, value - 1, -value, value * 1_000_000, value + 2**32)[int(rng.integers(5))]


def _nasty(rng: np.random.Generator) -> Any:
    """A fresh copy of one of the nasty values."""
    return json.loads(json.dumps(NASTY_VALUES[int(rng.integers(len(NASTY_VALUES)))]))


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) in the tree."""
    places: list[tuple[Any, Any]] = []
    pending = [tree]
    while pending and len(places) < 5000:
        holder = pending.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        places += [(holder, key) for key in keys]
        pending += [holder[key] for key in keys]
    return places
