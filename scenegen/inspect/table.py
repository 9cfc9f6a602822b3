"""What is in a shard or a run folder, as tables for the terminal."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from scenegen.errors import ShardError, UsageError, first_line
from scenegen.evenly import evenly
from scenegen.inspect.cameras import cameras_of, in_words, merged
from scenegen.remote import present
from scenegen.shards import schema
from scenegen.shards.faults import trouble
from scenegen.shards.reader import ShardEntry, ShardReader, shard_entries
from scenegen.shards.records import MANIFEST, known_manifest
from scenegen.shards.remarks import NOTHING, Remarks
from scenegen.sizes import size_text

_QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
_MAX_OPENED = 200
_MAX_CATEGORIES = 12
_MAX_TEXT = 96


@dataclass(frozen=True)
class Statistics:
    """Numbers that add up over shards."""

    status: NDArray[np.int64]
    """(6,) rays by status code."""
    overlap: NDArray[np.float32]
    """(N,) share of the surface pixels of one view that another view sees, both ways of every pair with view 0."""
    baseline_m: NDArray[np.float32]
    """(N,) distances of the camera centres of view 0 and the others."""
    view_angle_deg: NDArray[np.float32]
    """(N,) angles between the optical axes of view 0 and the others."""
    objects: NDArray[np.int64]
    """(P,) objects in each sample; empty where objects are not known."""
    categories: Counter[str]
    """Objects by category."""
    cameras: Mapping[str, tuple[str, ...]]
    """What is said of the cameras, by name, each with its different values."""


def inspect_path(path: Path, console: Console) -> None:
    """Print what is in a shard file or a run folder.

    Raises UsageError when the path does not exist, ShardError when it holds no readable shard.
    """
    console.print(tables_of(path))


def tables_of(path: Path) -> RenderableType:
    """Tables about a shard file or a run folder; raises like `inspect_path`."""
    if path.is_dir():
        return _describe_folder(path)
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder: give a shard (.h5) or the folder of a run")
    with ShardReader(path) as reader:
        return _describe_shard(reader)


def shard_statistics(reader: ShardReader) -> Statistics:
    """The numbers of one shard."""
    views = reader.read("sample/overlap").shape[1]
    overlap = reader.read("sample/overlap")
    assets = reader.read("objects/asset")
    used = reader.asset_categories[assets[assets >= 0]]
    known = "objects/asset" not in schema.absent(reader.attributes)
    return Statistics(
        status=sum_status(reader.read("rays/status", i) for i in range(len(reader))),
        overlap=np.concatenate([overlap[:, 0, 1:views].ravel(), overlap[:, 1:views, 0].ravel()]),
        baseline_m=reader.read("sample/baseline_m").ravel(),
        view_angle_deg=reader.read("sample/view_angle_deg").ravel(),
        objects=(assets >= 0).sum(1) if known else np.zeros(0, np.int64),
        categories=Counter(used.tolist()),
        cameras=cameras_of(reader),
    )


def sum_status(arrays: Iterable[NDArray[np.uint8]]) -> NDArray[np.int64]:
    """(6,) rays by status code over some status arrays."""
    codes = len(schema.STATUS)
    return sum((np.bincount(array.ravel(), minlength=codes) for array in arrays), np.zeros(codes, np.int64))


def merged_statistics(parts: Sequence[Statistics]) -> Statistics:
    """The numbers of several shards together."""
    return Statistics(
        status=sum((part.status for part in parts), np.zeros(len(schema.STATUS), np.int64)),
        overlap=np.concatenate([part.overlap for part in parts]),
        baseline_m=np.concatenate([part.baseline_m for part in parts]),
        view_angle_deg=np.concatenate([part.view_angle_deg for part in parts]),
        objects=np.concatenate([part.objects for part in parts]),
        categories=sum((part.categories for part in parts), Counter()),
        cameras=merged([part.cameras for part in parts]),
    )


def _describe_shard(reader: ShardReader) -> RenderableType:
    numbers = shard_statistics(reader)
    return Group(
        _attribute_table(reader),
        _dataset_table(reader),
        _camera_table(numbers),
        _status_table(numbers),
        *_measure_tables(numbers),
    )


def _describe_folder(folder: Path) -> RenderableType:
    entries = shard_entries(folder)
    sizes = _sizes(folder, entries)
    opened = evenly(entries, _MAX_OPENED)
    numbers = merged_statistics([_statistics_of(entry) for entry in opened])
    note = "" if len(opened) == len(entries) else f", from {len(opened)} of {len(entries)} shards"
    return Group(
        _run_table(folder, entries, sizes),
        _split_table(entries, sizes),
        _camera_table(numbers, note),
        _status_table(numbers, note),
        *_measure_tables(numbers, note),
        *_remark_tables(_remarks(folder)),
    )


def _statistics_of(entry: ShardEntry) -> Statistics:
    with ShardReader(entry.path) as reader:
        return shard_statistics(reader)


def _table(title: str, *columns: str, right: int = 0) -> Table:
    """An empty table; the last `right` columns hold numbers."""
    heading = Text(title, style="bold")
    table = Table(title=heading, title_justify="left", min_width=len(title) + 2, box=box.SIMPLE_HEAD)
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number >= len(columns) - right else "left", overflow="fold")
    return table


def _row(table: Table, *cells: str) -> None:
    """Add a row of literal text: what files say is never read as markup."""
    table.add_row(*map(Text, cells))


def _attribute_table(reader: ShardReader) -> Table:
    table = _table(f"{reader.path.name}: {len(reader)} samples", "attribute", "value")
    for name, value in sorted(reader.attributes.items()):
        text = str(value)
        _row(table, name, text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}… ({len(text)} characters)")
    return table


def _dataset_table(reader: ShardReader) -> Table:
    table = _table("datasets", "name", "type", "unit", "codec", "shape", "stored", right=2)
    for info in reader.datasets():
        shape = " x ".join(map(str, info.shape))
        _row(table, info.name, info.dtype, info.units, info.codec, shape, size_text(info.stored_bytes))
    return table


def _camera_table(numbers: Statistics, note: str = "") -> Table:
    table = _table(f"cameras{note}", "attribute", "value")
    for name, values in numbers.cameras.items():
        _row(table, name, in_words(values))
    return table


def _status_table(numbers: Statistics, note: str = "") -> Table:
    total = max(1, int(numbers.status.sum()))
    table = _table(f"rays by status{note}", "status", "rays", "share", right=2)
    for name, code in schema.STATUS.items():
        count = int(numbers.status[code])
        _row(table, name, f"{count:,}", f"{count / total:.1%}")
    return table


def _measure_tables(numbers: Statistics, note: str = "") -> list[Table]:
    """Measures and objects; nothing of matches that were imported without cameras."""
    return [_quantile_table(numbers, note), _category_table(numbers, note)] if len(numbers.objects) else []


def _quantile_table(numbers: Statistics, note: str = "") -> Table:
    table = _table(f"samples{note}", "quantity", *(f"{q:.0%}" for q in _QUANTILES), right=len(_QUANTILES))
    rows = {
        "overlap with view 0": numbers.overlap,
        "baseline, m": numbers.baseline_m,
        "view angle, deg": numbers.view_angle_deg,
        "objects": numbers.objects,
    }
    known = {name: values[np.isfinite(values)] for name, values in rows.items()}
    for name, values in ((name, values) for name, values in known.items() if len(values)):
        _row(table, name, *(f"{value:.3g}" for value in np.quantile(values, _QUANTILES)))
    return table


def _category_table(numbers: Statistics, note: str = "") -> Table:
    table = _table(f"objects by category{note}", "category", "objects", right=1)
    ranked = sorted(numbers.categories.items(), key=lambda item: (-item[1], item[0]))
    for name, count in ranked[:_MAX_CATEGORIES]:
        _row(table, name, f"{count:,}")
    if rest := ranked[_MAX_CATEGORIES:]:
        _row(table, f"{len(rest)} more", f"{sum(count for _, count in rest):,}")
    return table


def _remarks(folder: Path) -> Remarks:
    """What the manifest says of assets, rooms that failed among the skipped; nothing without a manifest."""
    manifest = known_manifest(folder)
    return manifest.skipped_and_failed if manifest else NOTHING


def _remark_tables(remarks: Remarks) -> list[Table]:
    """What the manifest says of assets, by code; no table where there is nothing to say."""
    counts = {
        ("assets with defects", "defect", "assets"): remarks.by_code(),
        ("assets that could not be used", "reason", "assets"): remarks.by_reason(),
    }
    tables = []
    for head, count in counts.items():
        if count:
            tables.append(_table(*head, right=1))
            for code, assets in count.most_common():
                _row(tables[-1], code, f"{assets:,}")
    return tables


def _run_table(folder: Path, entries: Sequence[ShardEntry], sizes: Mapping[str, int]) -> Table:
    listed = MANIFEST if (folder / MANIFEST).is_file() else f"files, no {MANIFEST}"
    table = _table(folder.resolve().name, "run", "", right=1)
    _row(table, "listed by", listed)
    _row(table, "shards", f"{len(entries):,}")
    _row(table, "rooms", f"{len({entry.room for entry in entries}):,}")
    _row(table, "samples", f"{sum(entry.samples for entry in entries):,}")
    _row(table, "bytes", size_text(sum(sizes.values())))
    return table


def _split_table(entries: Sequence[ShardEntry], sizes: Mapping[str, int]) -> Table:
    table = _table("splits", "split", "rooms", "shards", "samples", "bytes", right=4)
    for split in sorted({entry.split for entry in entries}):
        of_split = [entry for entry in entries if entry.split == split]
        rooms, samples = len({entry.room for entry in of_split}), sum(entry.samples for entry in of_split)
        size = size_text(sum(sizes[entry.file] for entry in of_split))
        _row(table, split, f"{rooms:,}", f"{len(of_split):,}", f"{samples:,}", size)
    return table


def _sizes(folder: Path, entries: Sequence[ShardEntry]) -> dict[str, int]:
    """Bytes of the shards by name; ShardError when one is gone."""
    try:
        there = present(folder, (entry.file for entry in entries))
    except OSError as error:
        raise ShardError(f"{folder}: {trouble(error, first_line(error))}") from None
    if gone := [entry for entry in entries if entry.file not in there]:
        raise ShardError(f"{gone[0].path}: is listed but missing: run the command that made it again")
    return there
