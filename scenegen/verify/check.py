"""Whether shards are what they claim to be: listed, of their size, of their bytes, of the schema, and believable.

The bytes come first: where a sha256 is known and differs, nothing is read by HDF5 any more, because some
of its structures carry no checksum. A file from a stranger cannot make the reader open other files: links,
virtual datasets, external storage and unknown filters are refused before any data is read.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ShardError, UsageError, first_line, printable
from scenegen.instances import FIRST_OBJECT, ROOM
from scenegen.rays import is_seen
from scenegen.remote import sizes
from scenegen.shards import schema
from scenegen.shards.content import RULES, Arrays, ContentRule, broken_rules
from scenegen.shards.digest import file_sha256
from scenegen.shards.faults import DAMAGE, trouble
from scenegen.shards.field import in_numbers
from scenegen.shards.lens import LENSES, lenses_of
from scenegen.shards.manifest import Entry
from scenegen.shards.opening import OpenShard, close, open_shard
from scenegen.shards.reader import ShardReader, shard_entries
from scenegen.shards.records import LOCAL, MANIFEST, RECORD, known_manifest
from scenegen.status import Status

Level = Literal["fast", "full"]
RIGID = 1e-6
"""Largest departure of a camera's rotation from an orthonormal one."""
_HARD = 0  # H5L_TYPE_HARD
ASIDE = {MANIFEST, LOCAL, "config.json", "plan.json", "README.md", "card.jpg", "croissant.json", "run.lock"}
"""Names that may lie beside the shards of a run."""
_OF_SLICES = (RECORD, re.compile(r"run-\d+-of-\d+\.lock"))
"""What slices of a run leave: records, and killed ones their locks, as a killed run its `run.lock`."""


@dataclass(frozen=True)
class ShardReport:
    """What was found about one shard."""

    name: str
    """File name."""
    problems: tuple[str, ...]
    """One line each; empty for a sound shard."""
    bytes: int = 0
    """Size of what was read."""


def check_shard(path: Path, entry: Entry | None = None, level: Level = "full") -> ShardReport:
    """Check one shard against its entry in the manifest, if there is one, and against the format.

    `fast`: it is there in its size. `full`: its bytes, its schema, and the values of cameras and rays; those of
    the pictures too where no sha256 vouches for them.
    """
    size = 0
    try:
        problems = _file_problems(path, entry)
        if problems or level == "fast":
            return ShardReport(path.name, tuple(problems))
        size = path.stat().st_size
        if entry and file_sha256(path) != entry.sha256:
            return ShardReport(path.name, ("its bytes are not those of the manifest (sha256)",), size)
        return ShardReport(path.name, tuple(_content_problems(path, entry)), size)
    except (ShardError, *DAMAGE) as error:
        return ShardReport(path.name, (trouble(error, first_line(error)).removeprefix(f"{path}: "),), size)


def unlisted(folder: Path, names: set[str]) -> list[str]:
    """Files beside the shards of a run that its manifest does not name, in order."""
    there = sorted(sizes(folder))
    return [name for name in there if name not in names | ASIDE and not any(p.fullmatch(name) for p in _OF_SLICES)]


@dataclass(frozen=True)
class Target:
    """One shard to be checked."""

    path: Path
    entry: Entry | None
    """What its manifest says of it; None where there is none."""


def targets(path: Path) -> tuple[list[Target], list[str]]:
    """The shards of a run folder or a single shard, and the files of the folder that its manifest does not name.

    Raises UsageError where there is nothing, ShardError where there is no shard or the manifest cannot be read.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder: give the folder of a run, or a shard (.h5)")
    if not path.is_dir():
        return [Target(path, _entry_of(path))], []
    if not (path / MANIFEST).is_file():
        return [Target(entry.path, None) for entry in shard_entries(path)], []
    entries = _listed(path)
    return [Target(path / e.file, e) for e in entries], unlisted(path, {e.file for e in entries})


def _entry_of(shard: Path) -> Entry | None:
    """What the manifest beside a shard says of it."""
    manifest = known_manifest(shard.parent)
    return next((entry for entry in manifest.shards if entry.file == shard.name), None) if manifest else None


def _listed(folder: Path) -> tuple[Entry, ...]:
    """What a run's manifest says of its shards. Raises ShardError where it cannot be read, or names none."""
    shard_entries(folder)
    manifest = known_manifest(folder)
    return manifest.shards if manifest else ()


def _file_problems(path: Path, entry: Entry | None) -> list[str]:
    """Missing, or of another size."""
    if not path.is_file():
        return ["is missing"]
    size = path.stat().st_size
    if entry and size != entry.bytes:
        return [f"has {size} bytes, the manifest says {entry.bytes}"]
    return []


def _content_problems(path: Path, entry: Entry | None) -> list[str]:
    """What is wrong with a shard that can be opened."""
    shard = open_shard(path)
    try:
        problems = [*_foreign(shard), *_odd_attributes(shard), *_odd_units(shard)]
        problems += _other_than_listed(shard, entry)
    finally:
        close(shard.file)
    with ShardReader(path) as reader:
        reader.config  # noqa: B018  # raises where it is no JSON
        for index, arrays in enumerate(_samples(reader, vouched=entry is not None)):
            with np.errstate(all="ignore"):
                problems += [f"sample {index}: {problem}" for problem in broken_rules(arrays, RULES + MORE_RULES)]
    return problems


def _foreign(shard: OpenShard) -> list[str]:
    """Objects that are not of the format, and links that lead anywhere else than to an object of this file."""
    problems: list[str] = []
    known = set(schema.FIELD) | {name.rpartition("/")[0] for name in schema.FIELD}

    def look(name: bytes, info: Any) -> None:
        text = printable(name.decode(errors="replace"))
        if info.type != _HARD:
            problems.append(f"{text} is a link to elsewhere: do not trust this file")
        elif text not in known:
            problems.append(f"{text} is not of this format")

    shard.file.id.links.visit(look, info=True)
    shard.file.visit(lambda _: None)  # opens every object, which fails where one is damaged
    return problems


def _odd_attributes(shard: OpenShard) -> list[str]:
    """Root attributes and conventions that are not of the format, and a configuration with another digest."""
    conventions = schema.conventions(shard.attributes, shard.datasets)
    known = conventions.keys() | schema.attributes_due(shard.attributes).keys()
    strange = [printable(name) for name in shard.file.attrs if name not in known]
    problems = [f"the attribute {name!r} is not of this format" for name in strange]
    said = shard.attributes
    if in_numbers(str(said["format_version"])) <= in_numbers(schema.NEWEST_VERSION):
        other = [name for name, text in conventions.items() if said[name] != text]
        problems += [f"{name} is {_quoted(said[name])}, not {conventions[name]!r}" for name in other]
    if said["config_sha256"] != hashlib.sha256(str(said["config_json"]).encode()).hexdigest():
        problems.append("config_json is not the configuration of config_sha256")
    return problems


def _odd_units(shard: OpenShard) -> list[str]:
    """Datasets in other units than those of the format.

    The labels of dimensions are not looked at: HDF5 keeps them without a checksum and can hang on damaged ones.
    """
    problems: list[str] = []
    for name, dataset in shard.datasets.items():
        units, wanted = dataset.attrs.get("units", b""), schema.FIELD[name].units
        if (units.decode() if isinstance(units, bytes) else units) != wanted:
            problems.append(f"{name} is in {_quoted(units)}, not {wanted!r}")
    return problems


def _other_than_listed(shard: OpenShard, entry: Entry | None) -> list[str]:
    """What the manifest says of the shard and the shard does not."""
    if entry is None:
        return []
    here = {**shard.attributes, "samples": shard.datasets["rgb"].shape[0], "index": shard.attributes["shard_index"]}
    names = ("room", "split", "samples", "index")
    said = {name: getattr(entry, name) for name in names}
    other = [name for name in names if here[name] != said[name]]
    return [f"{name} is {_quoted(here[name])}, the manifest says {_quoted(said[name])}" for name in other]


def _quoted(value: Any) -> str:
    """A value that a file or a manifest gives, as it may be shown."""
    return printable(repr(value))


def _samples(reader: ShardReader, vouched: bool) -> Iterator[dict[str, NDArray[Any]]]:
    """The arrays of a shard with one sample each, so that a large shard needs little memory.

    Where a digest vouches for the bytes, pictures are left out; `rgb` keeps its shape and shows nothing.
    """
    shapes = {info.name: info.shape for info in reader.datasets()}
    kept = [name for name in shapes if not (vouched and name in ("rgb", *schema.LAYERS))]
    for index in range(len(reader)):
        blank = {"rgb": np.broadcast_to(np.uint8(0), (1, *shapes["rgb"][1:]))}
        yield blank | {name: sample_part(reader, name, index) for name in kept}


def sample_part(reader: ShardReader, name: str, index: int) -> NDArray[Any]:
    """What a dataset says of one sample, with an axis for it in front; all of a table that has none."""
    return reader.read(name, index)[None] if schema.FIELD[name].dims[0] == "sample" else reader.read(name)


def _rigid(a: Arrays) -> NDArray[np.bool_]:
    """(P, V) whether the poses are rotations and translations."""
    T = a["camera/T_world_cam"]
    R = T[..., :3, :3]
    off = np.abs(R @ np.swapaxes(R, -1, -2) - np.eye(3)).max((-1, -2))
    return (off < RIGID) & (np.abs(np.linalg.det(R) - 1) < RIGID) & (T[..., 3, :] == (0, 0, 0, 1)).all(-1)


def _pinhole(a: Arrays) -> NDArray[np.bool_]:
    """(P, V) whether the intrinsics are those of a pinhole without skew."""
    K = a["camera/K"]
    zeros = (K[..., 0, 1] == 0) & (K[..., 1, 0] == 0) & (K[..., 2, :] == (0, 0, 1)).all(-1)
    return zeros & (K[..., 0, 0] > 0) & (K[..., 1, 1] > 0)


def _one_to_one(a: Arrays) -> NDArray[np.bool_]:
    """(P, V) whether no two of the directions that a picture shows fall on one place of it."""
    height, width = a["rgb"].shape[2:4]
    K = a["camera/K"]
    return np.array(
        [
            [is_seen(K[p, v], lens, width, height) for v, lens in enumerate(lenses_of(K.shape[1], partial(_row, a, p)))]
            for p in range(len(K))
        ]
    )


def _row(a: Arrays, sample: int, name: str) -> NDArray[Any] | None:
    """What a dataset says of a sample; None where it is absent."""
    return a[name][sample] if name in a else None


def _visible_inside(a: Arrays) -> NDArray[np.bool_]:
    """(P, V-1, R) whether visible points lie in the picture."""
    height, width = a["rgb"].shape[2:4]
    xy = a["rays/xy"]
    inside = (xy >= -0.5).all(-1) & (xy <= np.array([width - 0.5, height - 0.5])).all(-1)
    return inside | (a["rays/status"] != Status.VISIBLE)


def _as_its_object(a: Arrays) -> NDArray[np.bool_]:
    """(P, V, H, W) whether the pixels of objects have the category of their object, and those of nothing have none."""
    rows, slots, instance = a["semantic"], a["objects/asset"], a.get("instance")
    if instance is None or not len(a["assets/category"]):
        return np.ones(rows.shape, bool)
    row = {name: k for k, name in enumerate(a["categories/name"].tolist())}
    of_asset = np.array([row.get(name, -1) for name in a["assets/category"].tolist()])
    due = np.where(slots >= 0, of_asset[np.minimum(slots, len(of_asset) - 1)], -1)
    due = np.pad(np.pad(due, ((0, 0), (FIRST_OBJECT, 0))), ((0, 0), (0, 1)), constant_values=-1)
    place = np.minimum(instance, due.shape[1] - 1)
    return (instance == ROOM) | (rows == due[np.arange(len(due))[:, None, None, None], place])


def _as_counted(a: Arrays) -> NDArray[np.bool_]:
    """(P, M, V) whether so many pixels of the instances show the object."""
    said, instance = a["objects/seen_px"], a.get("instance")
    if instance is None:
        return np.ones(said.shape, bool)
    numbers = np.arange(said.shape[1]) + FIRST_OBJECT
    return said == np.stack([(instance == k).sum((-1, -2)) for k in numbers], 1)


MORE_RULES = (
    ContentRule("camera/T_world_cam", "a rotation (orthonormal, determinant 1) and a translation", _rigid),
    ContentRule("camera/K", "a pinhole's intrinsics", _pinhole),
    *(ContentRule(name, "a lens that maps the picture one to one", _one_to_one) for name in LENSES.values()),
    ContentRule("rays/xy", "inside the picture where visible", _visible_inside),
    ContentRule("objects/seen_px", "the number of pixels that show the object", _as_counted),
    ContentRule("semantic", "the category of the object that the pixel shows", _as_its_object),
)
"""What is asked of a shard from elsewhere besides the writer's own rules."""
