"""The suite `hdf5`: shards of every sort of damage, and hostile ones, through all doors that read a shard.

`damaged` is what disks and copies do: only errors of ours may come out, and never wrong data. `spliced` puts stretches
of another shard of the same layout in; whole chunks pass HDF5's checksums, so only the manifest can tell. `hostile`
changes HDF5's own structures and mends their checksums, as a malicious author would: that reaches libhdf5, which
may crash, so it is read in the quarantine of `scenegen verify`. `manifest` damages the list beside the shards.
"""

import hashlib
import json
import resource
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from shard_factory import make_content

from fuzzing.hdf5_damage import damage_bytes, mender, splicer, structures
from fuzzing.hdf5_nasties import NASTIES
from fuzzing.mutate import Mutator
from fuzzing.mutate_json import damage_json
from fuzzing.target import InsaneError, Seed, Target
from scenegen.errors import ScenegenError, ShardError
from scenegen.pipeline.manifest import require_manifest, surviving
from scenegen.pipeline.status import run_status
from scenegen.shards.digest import content_sha256
from scenegen.shards.manifest import Entry
from scenegen.shards.reader import ShardReader, ShardSet
from scenegen.shards.writer import encode_shard
from scenegen.verify.check import ShardReport, check_shard, targets
from scenegen.verify.check import Target as Shard
from scenegen.verify.quarantine import Quarantine

__all__ = ["NASTIES", "TARGETS"]

PATIENCE_S = 60.0
MEMORY_BYTES = 3 << 30
CODECS = ("gzip", "none", "zstd")
SHARD, TRUTH = "case.h5", "truth.json"


class NativeCrash(ShardError):  # noqa: N818  # it is counted by this name
    """A file took libhdf5 down, in the quarantine."""


class NativeHang(ShardError):  # noqa: N818
    """A file kept libhdf5 busy, in the quarantine."""


# ---- seeds ----


@cache
def shards() -> tuple[bytes, ...]:
    """Two sound shards for each codec, of one layout."""
    return tuple(_shard(codec, number) for codec in CODECS for number in range(2))


def _shard(codec: str, number: int) -> bytes:
    """A small shard that `verify` finds sound: visible points lie in the picture."""
    content = make_content(samples=2, height=12, width=16, seed=number)
    seen = content.arrays["rays/status"] == 1
    content.arrays["rays/xy"][seen] = np.clip(content.arrays["rays/xy"][seen], 0, 11)
    return encode_shard(content, codec)


@cache
def truth(data: bytes) -> dict:
    """What a manifest says of a shard."""
    entry = {"file": SHARD, "index": 0, "room": "room-α", "split": "train", "samples": 2}
    return entry | {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _seeds(damage: Mutator, which: Sequence[int] = range(2 * len(CODECS))) -> tuple[Seed, ...]:
    chosen = [shards()[k] for k in which]
    return tuple(Seed({SHARD: data, TRUTH: _json(truth(data))}, SHARD, damage) for data in chosen)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


@cache
def damaged_seeds() -> tuple[Seed, ...]:
    """Shards for damage of any kind."""
    return _seeds(damage_bytes)


@cache
def spliced_seeds() -> tuple[Seed, ...]:
    """Shards, each with the stretches of its twin."""
    twins = [(k, k ^ 1) for k in range(2 * len(CODECS))]
    return tuple(seed for k, other in twins for seed in _seeds(splicer(shards()[other]), [k]))


@cache
def hostile_seeds() -> tuple[Seed, ...]:
    """Shards whose structures are changed behind their checksums."""
    return tuple(seed for k, data in enumerate(shards()) for seed in _seeds(mender(structures(data)), [k]))


@cache
def manifest_seeds() -> tuple[Seed, ...]:
    """A run folder whose manifest is damaged."""
    job = {"index": 0, "room": "room-α", "split": "train", "first_sample": 0, "samples": 2, "file": SHARD}
    failed = {"index": 1, "room": "b", "file": "b.h5", "why": "too small"}
    entry = truth(shards()[0])
    manifest = {"config": {"rooms": 1}, "num_shards": 1, "planned": [job], "shards": [entry], "failed": [failed]}
    return (Seed({SHARD: shards()[0], "manifest.json": _json(manifest)}, "manifest.json", damage_json),)


# ---- doors ----


def everything(path: Path) -> str:
    """Digest of all that the reader gives of a shard: attributes, configuration, datasets, samples."""
    digest = hashlib.sha256()
    with ShardReader(path) as reader:
        digest.update(json.dumps([reader.attributes, reader.config], sort_keys=True).encode())
        for info in reader.datasets():
            digest.update(repr((info.name, info.shape, info.dtype)).encode() + reader.read(info.name).tobytes())
        for sample in reader:
            for value in vars(sample).values():
                digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()


@cache
def said_by(sha256: str) -> tuple[str, str]:
    """What is read of the sound shard with these bytes, and the digest of its content."""
    path = _scratch() / "seed.h5"
    path.write_bytes(sound(sha256))
    return everything(path), content_sha256(path)


def sound(sha256: str) -> bytes:
    """The sound shard with this digest."""
    return next(data for data in shards() if truth(data)["sha256"] == sha256)


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-seeds"))


def load_damaged(folder: Path, equal: bool = True) -> str:
    """A shard through every door. `equal`: what is read must be what the sound shard says."""
    path, listed = folder / SHARD, json.loads((folder / TRUTH).read_text())
    as_listed = check_shard(path, Entry(**listed))
    if not as_listed.problems and file_digest(path) != listed["sha256"]:
        raise InsaneError("other bytes than those of the manifest pass as sound")
    alone = check_shard(path)
    _printable(*as_listed.problems, *alone.problems)
    same = "".join(said_by(listed["sha256"])) if equal else ""
    refusals, read = [], ""
    for door in (lambda: everything(path), lambda: content_sha256(path), lambda: "" if refusals else _matches(folder)):
        try:
            read += door()
        except ScenegenError as error:
            refusals.append(error)
    if equal and unseen_by_fletcher32(sound(listed["sha256"]), path.read_bytes()):
        return "read, damage that Fletcher-32 cannot see"
    if equal and not alone.problems and (refusals or not read.startswith(same)):
        raise InsaneError(f"verify calls a file sound that is not: {refusals or 'other content'}")
    if refusals:
        raise refusals[0]
    if not read.startswith(same):
        raise InsaneError("wrong data was read")
    return "damage seen by verify alone" if alone.problems else "read"


def unseen_by_fletcher32(good: bytes, bad: bytes) -> bool:
    """Whether all damage is words of 16 zeros made 16 ones or back: HDF5's only checksum of raw chunks adds modulo 65535."""
    if good == bad or len(good) != len(bad):
        return False
    a, b = (np.frombuffer(data, np.uint8) for data in (good, bad))
    places = np.flatnonzero(a != b)
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    return all(len(run) % 2 == 0 for run in runs) and set(a[places] ^ b[places]) == {255} and set(a[places]) <= {0, 255}


def file_digest(path: Path) -> str:
    """sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _matches(folder: Path) -> str:
    """Numbers of correspondences of every sample of a folder."""
    return str([len(sample.matches()[0]) for sample in ShardSet(folder)])


def _printable(*lines: str) -> None:
    """What verify prints is short, and holds no control characters of the file's."""
    if wrong := [line for line in lines if not line.isprintable() or len(line) > 1000]:
        raise InsaneError(f"a line of a report: {wrong[0][:200]!a}")


def load_spliced(folder: Path) -> str:
    """A shard that may hold whole chunks of another."""
    return load_damaged(folder, equal=False)


def in_quarantine(path: Path, entry: object = None) -> ShardReport:
    """`load_spliced` in the other process: a report whose one problem is the refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        return ShardReport(load_spliced(path.parent), ())
    except ScenegenError as error:
        return ShardReport(type(error).__name__, (str(error),))


@cache
def _quarantine() -> Quarantine:
    return Quarantine(in_quarantine, PATIENCE_S)


def end_quarantine() -> None:
    """End the process of the quarantine, if one was started."""
    if _quarantine.cache_info().currsize:
        _quarantine().close()
        _quarantine.cache_clear()


def load_hostile(folder: Path) -> str:
    """A shard made to hurt, in quarantine; NativeCrash or NativeHang where libhdf5 was hurt there."""
    report = _quarantine().check(Shard(folder / SHARD, None))
    if not report.problems:
        return report.name
    (problem,) = report.problems
    if "do not trust this file" in problem and problem.startswith(("makes HDF5 crash", "keeps HDF5 busy")):
        raise (NativeCrash if "crash" in problem else NativeHang)(problem)
    raise ShardError(problem)


def load_manifest(folder: Path) -> str:
    """A run folder through the doors of `verify`, `status`, the reader and a run that goes on."""
    refusals = []
    for door in (
        lambda: [check_shard(t.path, t.entry) for t in targets(folder)[0]],
        lambda: ShardSet(folder)[0],
        lambda: run_status(folder),
        lambda: surviving(folder, require_manifest(folder).shards),
    ):
        try:
            door()
        except ScenegenError as error:
            refusals.append(error)
        except IndexError as error:
            raise InsaneError("a set without samples") from error
    if refusals:
        raise refusals[0]
    return "read"


TARGETS = (
    Target("shard damaged", damaged_seeds, load_damaged, 4),
    Target("shard spliced", spliced_seeds, load_spliced, 1),
    Target("shard hostile", hostile_seeds, load_hostile, 4),
    Target("manifest", manifest_seeds, load_manifest, 1),
)
