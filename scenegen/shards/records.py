"""The files that say what a run made: `manifest.json` for the whole, a record for each slice that is not merged yet.

This is their one reader, `shards.recording` their one writer. A slice (`--shard i/n`) leaves `record-i-of-n.json`, so
that no two processes ever write one file; whoever asks for the manifest gets all of them together, and `scenegen
merge` makes them one.

Both are plain JSON. What there are many of (`planned`, `shards`, `failed`) stands one to a line, so that a set of a
hundred thousand shards can be read a line at a time (`listed`); JSON that another program laid out otherwise is read
whole.
"""

import contextlib
import itertools
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from scenegen.errors import RecordError, ShardError
from scenegen.shards.faults import DAMAGE, no_manifest, trouble
from scenegen.shards.manifest import IDENTITY, Entry, Failure, Figure, Manifest, Record, ShardJob, together
from scenegen.shards.opening import require_name
from scenegen.shards.remarks import remarks_of

MANIFEST = "manifest.json"
"""Name of the file that lists the shards of a run folder."""
LOCAL = "local.json"
"""Folders of the machine that made a run: beside its manifest, and no part of what is published."""
RECORD = re.compile(r"record-(\d+)-of-(\d+)\.json")
"""Names of the records of slices."""
UNREADABLE = (*DAMAGE, AttributeError, RecursionError)
"""What reading raises where a file is not there to be read, or is no manifest."""
MOST_SAMPLES = 1 << 32
LISTS = ("planned", "shards", "failed")
"""The long lists, one item to a line."""
_LIST = tuple(f' "{name}": [' for name in LISTS)
"""How a line begins that begins a list."""
_ITEM = '  {"'
"""How a line begins that is an item of a list."""
_NUMBERS = {int, float}
_KINDS: dict[str, Any] = {
    **dict.fromkeys(("overlap", "baseline_m", "view_angle_deg", "objects", "matches"), list),
    **dict.fromkeys(("rays", "rejected", "replaced_objects"), dict),
    **dict.fromkeys(("seconds", "given_up", "left_out"), int | float),
}
"""What figures are, where anything reckons with them: a number for each sample, counts by name, or a number."""
HEAD: tuple[str, ...] = ("format_version", "generator_version", "config_sha256", "assets_sha256", "codec", "license")
"""What a manifest says of the run as a whole."""
_CORE: dict[str, Any] = {
    **dict.fromkeys(("file", "room", "split", "samples")),
    **{"index": -1, "bytes": -1, "sha256": "", "content_sha256": ""},
}
"""What every entry says, in the order of `Entry`; None must be there."""
_CORE_TYPES = (str, str, str, int, int, int, str, str)


_A_FILE = "is a file: give the folder of a run"


def require_folder(folder: Path) -> None:
    """Raise ShardError unless there is a folder that can be looked into."""
    missing = "no such folder: check the path, or run the command that makes it"
    try:
        there, why = folder.is_dir(), _A_FILE if folder.is_file() else missing
    except OSError as error:
        there, why = False, trouble(error, missing)
    if not there:
        raise ShardError(f"{folder}: {why}")


def known_manifest(folder: Path) -> Manifest | None:
    """As `read_manifest`; raises ShardError, with words for people, where the manifest cannot be read."""
    try:
        return read_manifest(folder)
    except UNREADABLE as error:
        raise no_manifest(folder / MANIFEST, error) from None


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run, with the records of its slices; None where there is no `manifest.json`.

    Raises UNREADABLE: OSError, and ValueError, LookupError or TypeError for what is no manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    records: list[tuple[Path, Mapping[str, Any]]] = []
    for part in record_paths(folder):
        with _MERGED, _about(part):
            records.append((part, _table(part)))
    manifest = parse_manifest(_table(path))
    later = together(_of_run(table, part, manifest) for part, table in records)
    return replace(manifest, record=manifest.record.and_then(later)) if records else manifest


def known_config(folder: Path) -> Mapping[str, Any]:
    """The configuration that a manifest tells, its lists unread; empty where none does. Raises as `known_manifest`."""
    path = folder / MANIFEST
    try:
        return _typed(_head(path), "config", dict, {}) if path.is_file() else {}
    except UNREADABLE as error:
        raise no_manifest(path, error) from None


def _head(path: Path) -> Mapping[str, Any]:
    """The table that a file of JSON is, up to the first of its long lists where they stand one item to a line."""
    with path.open(encoding="utf-8") as lines:
        text = "".join(itertools.takewhile(lambda line: not line.startswith(_LIST), lines)).rstrip()
    return json.loads(f"{text[:-1]}}}" if text.endswith(",") else text)


def record_paths(folder: Path) -> list[Path]:
    """The records of slices in a folder, in order."""
    return sorted(path for path in folder.glob("record-*.json") if RECORD.fullmatch(path.name))


@contextlib.contextmanager
def _about(record: Path) -> Iterator[None]:
    """RecordError for whatever reading a record raises in the block; FileNotFoundError where it is gone."""
    try:
        yield
    except FileNotFoundError:
        raise
    except UNREADABLE as error:
        raise RecordError(record, error) from error


_MERGED = contextlib.suppress(FileNotFoundError)
"""Records are read before the manifest: what one says that was merged meanwhile is in a manifest read after it."""


def _of_run(table: Mapping[str, Any], path: Path, manifest: Manifest) -> Record:
    """The record of a slice of this run. Raises RecordError where it is none, or of another run."""
    with _about(path):
        _require_same(manifest.identity, table, path.name)
        return _record(table)


def _require_same(run: Mapping[str, Any], table: Mapping[str, Any], name: str) -> None:
    """Raise ValueError unless a record is of a run."""
    others = [key for key, value in run.items() if table.get(key) != value]
    if others:
        raise ValueError(f"{name} is of another run: {others[0]} {table.get(others[0])!r}, not that of {MANIFEST}")


def parse_manifest(table: Mapping[str, Any]) -> Manifest:
    """A manifest from the table that its JSON is. Raises ValueError, LookupError or TypeError for anything else."""
    record = _record(table)
    planned = tuple(_job(each) for each in table.get("planned", ())) or _as_planned(record.shards)
    count = _typed(table, "num_shards", int, len(planned))
    names = {"generator_version": "?", "license": "not stated"}
    head = {name: _typed(table, name, str, names.get(name, "")) for name in HEAD}
    config, tools = _typed(table, "config", dict, {}), _typed(table, "made_with", dict, {})
    made_with = {str(name): str(value) for name, value in tools.items()}
    return Manifest(**head, config=config, planned=planned, num_shards=count, record=record, made_with=made_with)


def listed(folder: Path) -> Iterator[Entry]:
    """The shards of a run without their figures, a line at a time, in no order. Raises as `read_manifest`."""
    return _once(map(_bare, _of_all(folder, "shards", _first_words)))


def planned(folder: Path) -> Iterator[ShardJob]:
    """The shards that a run will have, a line at a time; none where an older manifest does not say. Raises so too."""
    return map(_job, _items(folder / MANIFEST, "planned", json.loads))


def given_up(folder: Path) -> Iterator[Failure]:
    """The shards that could not be made when it was tried last, those that were made since too. Raises so too."""
    return _once(map(_failure, _of_all(folder, "failed", json.loads)))


Named = TypeVar("Named", Entry, Failure)
Parse = Callable[[str], Mapping[str, Any]]
"""From the text of an item to its table."""


def _once(items: Iterable[Named]) -> Iterator[Named]:
    """Each file once: the first word about it counts."""
    seen: set[str] = set()
    for item in items:
        if item.file not in seen:
            seen.add(item.file)
            yield item


def _of_all(folder: Path, wanted: str, parse: Parse) -> Iterator[Mapping[str, Any]]:
    """The items of a list of all records of a run, then those of its manifest; ValueError where one is of another."""
    heads: dict[Path, Mapping[str, Any]] = {}
    for path in record_paths(folder):
        with _MERGED, _about(path):
            heads[path] = yield from _items(path, wanted, parse)
    run = yield from _items(folder / MANIFEST, wanted, parse)
    for path, head in heads.items():
        with _about(path):
            _require_same({key: run.get(key) for key in IDENTITY}, head, path.name)


def _as_planned(shards: Iterable[Entry]) -> tuple[ShardJob, ...]:
    return tuple(ShardJob(entry.index, entry.room, entry.split, 0, entry.samples, entry.file) for entry in shards)


def _record(table: Mapping[str, Any]) -> Record:
    return Record(
        tuple(_entry(each) for each in table["shards"]),
        tuple(_failure(each) for each in table.get("failed", ())),
        remarks_of(table),
    )


def _entry(table: Mapping[str, Any]) -> Entry:
    """An entry with its figures."""
    return replace(_bare(table), figures={name: _figure(name, table[name]) for name in table if name not in _CORE})


def _bare(table: Mapping[str, Any]) -> Entry:
    """An entry without its figures: of a hundred thousand, so all is looked at in one go where all is well."""
    values = [table.get(name, otherwise) for name, otherwise in _CORE.items()]
    if tuple(map(type, values)) != _CORE_TYPES:
        for name, (kind, otherwise) in zip(_CORE, zip(_CORE_TYPES, _CORE.values(), strict=True), strict=True):
            _typed(table, name, kind, otherwise)
    require_name(values[0])
    if not 0 < values[3] < MOST_SAMPLES:
        raise ValueError(f"{values[0]!a} cannot hold {values[3]} samples")
    return Entry(*values)


def _figure(name: str, value: Any) -> Figure:
    """A figure of a shard. Raises TypeError where it is not of its kind."""
    kind = _KINDS.get(name)
    if kind is None:
        return value
    parts = value.values() if type(value) is dict else value if type(value) is list else (value,)
    if not (isinstance(value, kind) and _NUMBERS.issuperset(map(type, parts))):
        raise TypeError(f"{name} of a shard is no figure of its kind")
    return value


def _failure(table: Mapping[str, Any]) -> Failure:
    return Failure(
        file=require_name(table["file"]),
        why=_typed(table, "why", str),
        index=_typed(table, "index", int, -1),
        room=_typed(table, "room", str, str(table["file"])),
        reason=_typed(table, "reason", str, "error"),
    )


def _job(table: Mapping[str, Any]) -> ShardJob:
    numbers = {name: _typed(table, name, int, 0) for name in ("index", "first_sample", "samples")}
    texts = {name: _typed(table, name, str, "") for name in ("room", "split")}
    return ShardJob(**numbers, **texts, file=require_name(table["file"]))


def _typed(table: Mapping[str, Any], name: str, kind: type, otherwise: Any = None) -> Any:
    """A value of a table, of a type. Raises TypeError for another, LookupError where it must be there and is not."""
    value = table[name] if otherwise is None else table.get(name, otherwise)
    if type(value) is not kind:
        raise TypeError(f"{name} is not {kind.__name__}")
    return value


def _table(path: Path) -> dict[str, Any]:
    """The table that a file of JSON is. Raises ValueError for anything else."""
    table = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(table, dict):
        raise TypeError("it is no table")
    return table


def _first_words(line: str) -> Mapping[str, Any]:
    """An entry without the figures that follow: two thirds of its text. Quotes inside of texts are escaped ones."""
    end = line.find('", "seconds": ')
    return json.loads(line if end < 0 else f"{line[: end + 1]}}}")


def _items(path: Path, wanted: str, parse: Parse) -> Generator[Mapping[str, Any], None, Mapping[str, Any]]:
    """The items of a long list of a file, those to a line first; of other JSON after reading all of it.

    Returns the table of the file, of which what stands one to a line is left out.
    """
    rest: list[str] = []
    part = ""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(_ITEM):
                if part == wanted:
                    yield parse(line.rstrip().rstrip(","))
                continue
            if line.startswith(' "'):
                part = line.split('"', 2)[1]
            rest.append(line)
    table = json.loads("".join(rest))
    yield from table[wanted] if wanted == "shards" else table.get(wanted, ())
    return table
