"""Run folders for tests of the gallery: synthetic shards, with and without a manifest."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from shard_factory import make_content
from staged import SMALL

from scenegen.front.generator import open_generator
from scenegen.shards.writer import encode_shard


def write_shard(path: Path, category: str = "", **options) -> Path:
    """A synthetic shard of a room, without layers unless told; all objects are of `category` if there is one.

    `options` go to `make_content`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = make_content(**{"layers": ()} | options)
    if category:
        content.arrays["assets/category"] = np.full(len(content.arrays["assets/id"]), category)
    path.write_bytes(encode_shard(content))
    return path


def write_run(folder: Path, rooms=3, **options) -> Path:
    """A finished run: one shard of each of some rooms, and a manifest."""
    for k in range(rooms):
        split = "val" if k == 1 else "train"
        write_shard(folder / f"{split}-r{k}.h5", **({"seed": k, "room": f"r{k}", "split": split} | options))
    write_manifest(folder)
    return folder


def write_manifest(folder: Path, coming=(), failed=(), **changes) -> None:
    """A manifest that lists what is there, and `coming` files that are planned."""
    about = {"room": "a", "split": "train", "samples": 2}
    shards = [{"file": path.name, "bytes": path.stat().st_size} | about for path in sorted(folder.glob("[!.]*.h5"))]
    planned = [{"file": entry["file"]} for entry in shards] + [{"file": name} for name in (*coming, *failed)]
    failures = [{"file": name, "why": "no view was found"} for name in failed]
    record = {"generator_version": "0.1.0", "codec": "gzip", "license": "CC0", "planned": planned, "shards": shards}
    (folder / "manifest.json").write_text(json.dumps(record | {"failed": failures} | changes), encoding="utf-8")


def render_dense(folder: Path, lens: str, views: int = 3) -> Path:
    """A run of one real sample that knows every pixel; the path of its shard."""
    cameras = replace(SMALL.cameras, lens=lens)
    layers = ("rgb", "depth", "instance", "visibility")
    config = replace(SMALL, rooms=1, pairs_per_room=1, views=views, layers=layers, cameras=cameras)
    open_generator(config).write(folder, workers=0)
    return next(folder.glob("*.h5"))
