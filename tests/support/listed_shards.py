"""Shards that are sound, and manifests that list them."""

import json

import numpy as np
from shard_factory import make_content

from scenegen.shards import schema
from scenegen.shards.digest import file_sha256
from scenegen.shards.manifest import Entry


def sound_content(**changes):
    """Content that a camera could have made: visible points lie in the picture."""
    content = make_content(**changes)
    height, width = content.arrays["rgb"].shape[2:4]
    seen = content.arrays["rays/status"] == schema.STATUS["visible"]
    content.arrays["rays/xy"][seen] = np.clip(content.arrays["rays/xy"][seen], 0, min(width, height) - 1)
    return content


def entry_of(path):
    return Entry(path.name, "room-α", "train", 2, 0, path.stat().st_size, file_sha256(path))


def listing(entry):
    return {name: getattr(entry, name) for name in ("file", "room", "split", "samples", "index", "bytes", "sha256")}


def list_in_manifest(*paths):
    paths[0].with_name("manifest.json").write_text(json.dumps({"shards": [listing(entry_of(p)) for p in paths]}))
