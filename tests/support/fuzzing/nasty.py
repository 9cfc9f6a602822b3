"""How a file that is bad on purpose is written down: how it is made, and what must become of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzzing import seeds
from fuzzing.target import Files, Nasty, write_files

Build = Callable[[Path], None]
TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\n"
FACE = b"f 1/1 2/2 3/3\n"


def writes(files: Files) -> Build:
    """Write the files."""
    return lambda folder: write_files(folder, files)


def refused(name: str, target: str, files: Files, *kinds: str) -> Nasty:
    """Files that must not load; as what, if it matters."""
    return Nasty(name, target, writes(files), frozenset(kinds or ("refused",)))


def noted(name: str, target: str, files: Files, *notes: str) -> Nasty:
    """Files that load with these defects noted."""
    return Nasty(name, target, writes(files), frozenset({"loaded"}), frozenset(notes))


def either(name: str, target: str, files: Files) -> Nasty:
    """Files that may load or not: time, memory and what comes back are what counts."""
    return Nasty(name, target, writes(files), frozenset({"loaded", "refused"}))


def gltf_files(change: Callable[[dict[str, Any]], object]) -> Files:
    """The glTF of the seeds, changed."""
    tree, blob = seeds.gltf_tree()
    change(tree)
    return {"a.gltf": json.dumps(tree).encode(), "a.bin": blob, "t.png": seeds.picture("PNG")}


def obj_files(mtl: bytes = b"", *, head: bytes = b"mtllib a.mtl\nusemtl m\n", more: Files | None = None) -> Files:
    """A triangle with a material."""
    return {"a.obj": head + TRIANGLE + FACE, "a.mtl": b"newmtl m\n" + mtl} | (more or {})
