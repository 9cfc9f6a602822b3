"""Generators depend on what is made, and generation code has no other source of randomness."""

import ast

import numpy as np
import pytest
from roots import ROOT

from scenegen.seeding import Stage, generator, stable_key

PACKAGE = ROOT / "scenegen"
BANNED_MODULES = {"random", "uuid", "secrets"}
BANNED_CALLS = {"os.urandom", "time.time", "datetime.now", "hash", "os.listdir", "os.scandir"}
WHERE_CLOCKS_ARE_ALLOWED = {"pipeline", "cli.py"}
"""Progress and run records need a clock; nothing of them goes into a shard."""


def test_same_key_same_stream_other_key_other_stream():
    keys = [
        {"room": a, "layout": b, "sample": c, "view": d} for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1)
    ]
    streams = {tuple(generator(7, Stage.RAYS, **k).integers(0, 2**60, 4)) for k in keys}
    assert len(streams) == 16
    assert np.array_equal(generator(7, Stage.LIGHT, room=3).random(5), generator(7, Stage.LIGHT, room=3).random(5))
    assert generator(7, Stage.LIGHT).random() != generator(7, Stage.RAYS).random()
    assert generator(7, Stage.LIGHT).random() != generator(8, Stage.LIGHT).random()


def test_keys_of_ids_never_change():
    assert stable_key("005") == 3333199450
    assert len({stable_key(f"room_{i:03d}") for i in range(1000)}) == 1000


def test_stages_are_distinct_and_frozen():
    assert {s.name: s.value for s in Stage} == {
        "ROOM": 1, "PLACEMENT": 2, "VIEWPOINT": 3, "LIGHT": 4, "RAYS": 5, "ASSET": 6, "SELECTION": 7,
    }  # fmt: skip


def modules():
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_hidden_randomness(path):
    """uuid, stdlib random, global NumPy state, the clock and builtin hash() make data irreproducible."""
    allowed_clock = path.relative_to(PACKAGE).parts[0] in WHERE_CLOCKS_ARE_ALLOWED
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] + [getattr(node, "module", None) or ""]
            assert not BANNED_MODULES & {n.split(".")[0] for n in names}, f"{path}:{node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "random":
            assert node.attr in {"Generator", "default_rng", "SeedSequence"}, (
                f"{path}:{node.lineno} np.random.{node.attr}"
            )
            assert node.attr == "Generator" or path.name == "seeding.py", (
                f"{path}:{node.lineno} make generators in seeding"
            )
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            clock = name in {"time.time", "datetime.now"}
            assert name not in BANNED_CALLS or (clock and allowed_clock), f"{path}:{node.lineno} {name}"
