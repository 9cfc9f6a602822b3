"""parquet: a preview that the viewer of the Hugging Face hub shows, which opens no shards: small pictures and measures.

After huggingface/hub-docs and datasets (features/image.py): a picture is a struct of bytes and path, and the schema's
metadata `huggingface` names its type; the viewer wants row groups of 100 rows, an index of pages and less than 1 MB a
picture. A row is a sample. The package pyarrow writes the files (extra `parquet`).
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scenegen.errors import UsageError
from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.pictures import encode_picture
from scenegen.export.scenes import SceneSamples, picture_name
from scenegen.shards import Status
from scenegen.shards.sample import Sample

Row = dict[str, Any]
MOST_PX = 320
"""Longest side of a picture: as a PNG it has at most 320 x 320 x 3 bytes and a little, less than 1 MB."""
GROUP_ROWS = 100
FILE_ROWS = 2000
"""Samples of a file: about 500 MB of pairs."""
ABOUT = f"""parquet: a preview for the viewer of the Hugging Face hub, and nothing to train on

A row is a sample. view_0, view_1, ...: its pictures, at most {MOST_PX} px wide and high, as PNG or JPEG.
shard, sample: where it is in the run; room, objects, categories: what it shows.
overlap: share of the surface in one view that another one sees, mean over ordered pairs of views.
baseline_m, view_angle_deg: largest distance (metres) and angle (degrees) of a camera from that of view 0.
visible, occluded, out_of_view: shares of the traced pixels, mean over the other views. Empty: not known.

Beside the shards, in a folder preview, it is shown by these lines in the head of the README.md there:

configs:
- config_name: preview
  data_files:
  - split: train
    path: preview/train-*.parquet
"""


@dataclass(frozen=True)
class Column:
    """A column beside the pictures."""

    dtype: str
    """Type of the values, as datasets and pyarrow call it."""
    value: Callable[[SceneSamples, Sample], Any]
    """Of a sample; None where it is not known."""
    is_list: bool = False


COLUMNS = {
    "shard": Column("string", lambda scene, _: scene.entry.file),
    "sample": Column("int32", lambda _, sample: sample.index),
    "room": Column("string", lambda scene, _: str(scene.reader.attributes["room"])),
    "objects": Column("string", lambda _, sample: [str(name) for name in sample.object_id if name], is_list=True),
    "categories": Column("string", lambda scene, sample: categories(scene, sample), is_list=True),
    "overlap": Column("float32", lambda _, sample: known(off_diagonal(sample.overlap), np.mean)),
    "baseline_m": Column("float32", lambda _, sample: known(sample.baseline_m, np.max)),
    "view_angle_deg": Column("float32", lambda _, sample: known(sample.view_angle_deg, np.max)),
    "visible": Column("float32", lambda _, sample: share(sample, Status.VISIBLE)),
    "occluded": Column("float32", lambda _, sample: share(sample, Status.OCCLUDED)),
    "out_of_view": Column("float32", lambda _, sample: share(sample, Status.OUT_OF_VIEW)),
}


def export_parquet(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write the files of each split.

    Raises UsageError where pyarrow is missing or shards have other numbers of views, ShardError for a damaged shard,
    OSError for the disk.
    """
    arrow = _pyarrow()
    write_file(out / "README.txt", ABOUT.encode())
    splits: dict[str, Files] = {}
    try:
        for scene in scenes:
            for sample in scene:
                split, views = scene.entry.split, len(sample.rgb)
                files = splits.setdefault(split, Files(out, split, views, arrow))
                if files.views != views:
                    held = f"has samples of {views} views, others of {split} have {files.views}"
                    raise UsageError(f"{scene.reader.path}: {held}, and a table has one shape: export them apart")
                files.add(row_of(scene, sample, suffix))
    finally:
        for files in splits.values():
            files.close()


def row_of(scene: SceneSamples, sample: Sample, suffix: Suffix) -> Row:
    """The values of a row by column."""
    pictures = {
        f"view_{view}": {
            "bytes": encode_picture(small(rgb), suffix),
            "path": f"{scene.shard}_{picture_name(sample.index, view, suffix)}",
        }
        for view, rgb in enumerate(sample.rgb)
    }
    return pictures | {name: column.value(scene, sample) for name, column in COLUMNS.items()}


def small(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 3) an (H, W, 3) picture of which no side is above MOST_PX, by means over areas."""
    height, width = rgb.shape[:2]
    scale = MOST_PX / max(height, width)
    if scale >= 1:
        return rgb
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX))


def known(values: NDArray[Any], reduce: Callable[[NDArray[Any]], Any]) -> float | None:
    """One number of several; None where one of them is not known."""
    return float(reduce(values)) if values.size and np.isfinite(values).all() else None


def off_diagonal(matrix: NDArray[Any]) -> NDArray[Any]:
    """The numbers of a square matrix that are not on its diagonal."""
    return matrix[~np.eye(len(matrix), dtype=bool)]


def share(sample: Sample, status: Status) -> float:
    """Share of the verdicts on the rays of a sample that are this one."""
    return float((sample.status == status).mean())


def categories(scene: SceneSamples, sample: Sample) -> list[str]:
    """The category of each object, in their order."""
    names = scene.reader.asset_categories
    return [str(names[asset]) for asset in sample.object_asset if asset >= 0]


def _features(views: int) -> dict[str, Any]:
    """The types of the columns as datasets writes them; "Sequence" is read by old and new versions."""
    plain = {name: {"dtype": column.dtype, "_type": "Value"} for name, column in COLUMNS.items()}
    listed = {name: {"feature": plain[name], "_type": "Sequence"} for name, column in COLUMNS.items() if column.is_list}
    return {f"view_{view}": {"_type": "Image"} for view in range(views)} | plain | listed


def schema(views: int, arrow: ModuleType) -> Any:
    """The same as pyarrow has it, `pyarrow.Schema`."""
    picture = arrow.struct([("bytes", arrow.binary()), ("path", arrow.string())])
    fields = [(f"view_{view}", picture) for view in range(views)]
    for name, column in COLUMNS.items():
        dtype = getattr(arrow, column.dtype)()
        fields.append((name, arrow.list_(dtype) if column.is_list else dtype))
    return arrow.schema(fields, {"huggingface": json.dumps({"info": {"features": _features(views)}})})


@dataclass
class Files:
    """The files of a split, one after the other."""

    folder: Path
    split: str
    views: int
    arrow: ModuleType = field(repr=False)
    number: int = 0
    """Of the next file."""
    rows: list[Row] = field(default_factory=list, repr=False)
    """What waits for its row group to be full."""
    left: int = 0
    """Rows that the file at hand still takes."""
    writer: Any = field(default=None, repr=False)

    def add(self, row: Row) -> None:
        """Add a row. Raises OSError for the disk."""
        self.rows.append(row)
        if len(self.rows) == GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        """Write what waits, and finish the file at hand."""
        if self.rows:
            self._flush()
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    def _flush(self) -> None:
        """Write the rows that wait as one row group."""
        if self.left == 0:
            self._open()
        rows, self.rows = self.rows, []
        self.writer.write_table(self.arrow.Table.from_pylist(rows, self.writer.schema), GROUP_ROWS)
        self.left -= GROUP_ROWS

    def _open(self) -> None:
        """Begin the next file."""
        from pyarrow.parquet import ParquetWriter

        if self.writer is not None:
            self.writer.close()
        path = self.folder / f"{self.split}-{self.number:06d}.parquet"
        self.writer = ParquetWriter(path, schema(self.views, self.arrow), write_page_index=True)
        self.number, self.left = self.number + 1, FILE_ROWS


def _pyarrow() -> ModuleType:
    """The package, which only this format needs. Raises UsageError where it is missing."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        needed = "--format parquet: the package pyarrow is missing: pip install 'scenegen[parquet]'"
        raise UsageError(needed) from None
    return pyarrow


FORM = Form(export_parquet, cameras=False, lenses=True)
