"""The same data with another codec: shard by shard, each proved equal by the digest of its content."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from scenegen.errors import RunError, ShardError
from scenegen.pipeline.manifest import CONFIG, load_manifest, make_folder, require_manifest, write_manifest
from scenegen.pipeline.places import known_places, portable, write_places
from scenegen.shards import schema
from scenegen.shards.codecs import require_codec
from scenegen.shards.content import ShardContent
from scenegen.shards.digest import content_sha256
from scenegen.shards.manifest import Entry, Manifest
from scenegen.shards.reader import ShardReader
from scenegen.shards.writer import encode_shard, publish


def repack(folder: Path, codec: str, out: Path, console: Console) -> tuple[int, int]:
    """Store the shards of a run with `codec` in `out`; the bytes before and after.

    Raises RunError for a folder without a run or for the same folder twice, UsageError for a codec, ShardError
    where a shard is damaged or would not come out the same.
    """
    require_codec(codec)
    manifest = require_manifest(folder)
    if out.resolve() == folder.resolve():
        raise RunError(f"{out}: is the run itself: choose another folder for --out")
    make_folder(out)
    _require_fresh_or_same(out, manifest, codec)
    entries: list[Entry] = []
    for entry in track(manifest.shards, "repack", console=console, transient=True, disable=not console.is_terminal):
        entries.append(_repacked(folder, entry, codec, out))
    config, made = manifest.config, replace(manifest.record, shards=tuple(entries))
    write_manifest(out, replace(manifest, config=portable(config), codec=codec, record=made))
    if (folder / CONFIG).is_file():
        publish(out / CONFIG, (json.dumps(portable(config), indent=2) + "\n").encode())
    write_places(out, known_places(folder, config))
    return sum(e.bytes for e in manifest.shards), sum(e.bytes for e in entries)


def _require_fresh_or_same(out: Path, manifest: Manifest, codec: str) -> None:
    """Raise RunError where the folder holds another run, or this one with another codec."""
    there = load_manifest(out)
    if there and (there.codec != codec or there.config_sha256 != manifest.config_sha256):
        raise RunError(f"{out}: holds another run: choose another folder for --out")


def _repacked(folder: Path, entry: Entry, codec: str, out: Path) -> Entry:
    """Store one shard again, and see that it says the same. Its entry for the new manifest."""
    source, target = folder / entry.file, out / entry.file
    digest = content_sha256(source)
    if entry.content_sha256 not in ("", digest):
        raise ShardError(f"{source}: does not say what its manifest lists: make it again, or copy it again")
    data = encode_shard(content_of(source), codec)
    publish(target, data)
    if content_sha256(target) != digest:
        target.unlink()
        raise ShardError(f"{target}: did not come out the same: check the disk, then run the command again")
    return replace(entry, bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), content_sha256=digest)


def content_of(path: Path) -> ShardContent:
    """Everything that a shard holds, in memory. Raises ShardError where it is damaged."""
    with ShardReader(path) as reader:
        arrays = {info.name: reader.read(info.name) for info in reader.datasets()}
        due = schema.attributes_due(reader.attributes)
        known = {name: value for name, value in reader.attributes.items() if name in due}
        return ShardContent(arrays, known)
