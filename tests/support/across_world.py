"""Shards of a few traced boxes in known places: what shows one object in several samples, in closed form."""

import json
from dataclasses import dataclass

import numpy as np
from shard_factory import make_content
from surface_scene import sample

from scenegen.shards.writer import encode_shard, publish

VIEWS = 2
LAYERS = ("depth", "instance", "normal")


@dataclass(frozen=True)
class Staged:
    """One sample: objects (id, mesh, pose) and cameras (position, target)."""

    objects: tuple
    cameras: tuple
    layout: int = 0


def tone(number, view):
    """The one colour of a picture, which tells whose it is."""
    return 10 + 10 * number + view


def write_shard(path, room, staged, source="folder", layers=LAYERS, split="train", first=0):
    """A shard of samples in one room; returns what `sample` gave of each."""
    known = sorted({name for each in staged for name, *_ in each.objects})
    shown = [sample(each.objects, each.cameras) for each in staged]
    slots, height, width = max(len(each.objects) for each in staged), 120, 160
    sizes = {"samples": len(staged), "views": VIEWS, "height": height, "width": width, "slots": slots}
    config = json.dumps({"object_source": source, "room_source": "folder"})
    content = make_content(**sizes, assets=len(known), layers=layers, room=room, split=split, config_json=config)
    new = {name: np.stack([getattr(each, name) for each in shown]).astype("f4") for name in ("depth",)}
    new |= {
        "instance": np.stack([each.instance for each in shown]),
        "normal": np.stack([each.normal for each in shown]),
    }
    new |= {f"camera/{name}": np.stack([getattr(each, name) for each in shown]) for name in ("K", "T_world_cam")}
    assets, poses = np.full((len(staged), slots), -1), np.tile(np.eye(4), (len(staged), slots, 1, 1))
    for row, each in enumerate(staged):
        for slot, (name, _, T) in enumerate(each.objects):
            assets[row, slot], poses[row, slot] = known.index(name), T
    new |= {"objects/asset": assets, "objects/T_world_object": poses, "assets/id": np.array(known)}
    new["sample/seed"] = np.array([(1, each.layout, row) for row, each in enumerate(staged)])
    new["rgb"] = np.empty(content.arrays["rgb"].shape, np.uint8)
    for row in range(len(staged)):
        for view in range(VIEWS):
            new["rgb"][row, view] = tone(first + row, view)
    for name, array in new.items():
        if name in content.arrays:
            content.arrays[name] = array.astype(content.arrays[name].dtype if name != "assets/id" else array.dtype)
    path.parent.mkdir(parents=True, exist_ok=True)
    publish(path, encode_shard(content))
    return shown
