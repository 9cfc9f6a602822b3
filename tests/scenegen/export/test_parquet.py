"""The preview read by datasets, which the hub's viewer is made with, and by pyarrow."""

import json
import os
import sys
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from shard_factory import make_content

from scenegen.errors import UsageError
from scenegen.export import parquet
from scenegen.export.parquet import row_of, small
from scenegen.export.run import ExportChoice, export_run
from scenegen.export.scenes import staged_scenes
from scenegen.shards import ShardSet, Status
from scenegen.shards.writer import encode_shard, publish

os.environ.setdefault("HF_HUB_OFFLINE", "1")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")


@pytest.fixture
def run(tmp_path):
    (tmp_path / "run").mkdir()
    for k, split in enumerate(("train", "val", "train")):
        content = make_content(samples=3, views=3, seed=k, split=split, width=400, height=64)
        publish(tmp_path / "run" / f"{k}.h5", encode_shard(content))
    return tmp_path / "run"


def exported(run, tmp_path, **changes):
    export_run(run, tmp_path / "out", ExportChoice("parquet", **changes))
    return tmp_path / "out"


def test_datasets_shows_pictures_and_measures(run, tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    datasets.disable_progress_bars()
    out = exported(run, tmp_path)
    data = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in data.items()} == {"train": 6, "validation": 3}
    kinds = data["train"].features
    assert [name for name, kind in kinds.items() if isinstance(kind, datasets.Image)] == ["view_0", "view_1", "view_2"]
    for row, sample in zip(data["train"], ShardSet(run, "train"), strict=True):
        for view in range(3):
            assert row[f"view_{view}"].size == (320, 51)
            np.testing.assert_array_equal(np.asarray(row[f"view_{view}"]), small(sample.rgb[view]))
        assert row["sample"] == sample.index
        assert row["room"] == "room-α"
        assert row["objects"] == [name for name in sample.object_id if name]
        assert len(row["categories"]) == len(row["objects"])
        assert row["baseline_m"] == sample.baseline_m.max()
        assert row["view_angle_deg"] == sample.view_angle_deg.max()
        assert row["overlap"] == pytest.approx((sample.overlap.sum() - 3) / 6)
        assert row["visible"] == pytest.approx((sample.status == Status.VISIBLE).mean())
        assert row["occluded"] == pytest.approx((sample.status == Status.OCCLUDED).mean())
        assert row["out_of_view"] == pytest.approx((sample.status == Status.OUT_OF_VIEW).mean())
    assert [row["shard"] for row in data["train"]] == ["0.h5"] * 3 + ["2.h5"] * 3


def test_the_viewer_gets_what_it_wants(run, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "GROUP_ROWS", 2)
    monkeypatch.setattr(parquet, "FILE_ROWS", 4)
    out = exported(run, tmp_path, pictures="jpg")
    files = sorted(path.name for path in out.glob("*.parquet"))
    assert files == ["train-000000.parquet", "train-000001.parquet", "val-000000.parquet"]
    found = [pq.ParquetFile(out / name) for name in files]
    assert [[f.metadata.row_group(g).num_rows for g in range(f.num_row_groups)] for f in found] == [[2, 2], [2], [2, 1]]
    for file in found:
        columns = [file.metadata.row_group(0).column(k) for k in range(file.metadata.num_columns)]
        assert columns[0].path_in_schema == "view_0.bytes"
        assert all(column.has_offset_index for column in columns)
        told = json.loads(file.schema_arrow.metadata[b"huggingface"])["info"]["features"]
        assert list(told) == file.schema_arrow.names
    first = found[0].read().to_pylist()[0]["view_1"]
    assert first["path"] == "0_sample000_view1.jpg"
    assert Image.open(BytesIO(first["bytes"])).format == "JPEG"
    assert "view_0, view_1" in (out / "README.txt").read_text()


def test_large_pictures_are_means_over_areas_and_small_ones_stay():
    rgb = np.random.default_rng(0).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    means = rgb.reshape(240, 2, 320, 2, 3).mean((1, 3))
    assert small(rgb).shape == (240, 320, 3)
    assert np.abs(small(rgb) - means).max() <= 1  # rounded once for each axis
    assert small(rgb[:10, :320]).shape == (10, 320, 3)
    assert small(np.zeros((2000, 3, 3), np.uint8)).shape == (320, 1, 3)


def test_what_an_import_does_not_know_is_empty(run):
    scene = next(staged_scenes(ShardSet(run)))
    sample = next(iter(scene))
    blank = {name: np.full_like(getattr(sample, name), np.nan) for name in ("baseline_m", "view_angle_deg", "overlap")}
    row = row_of(scene, replace(sample, **blank), "png")
    assert row["baseline_m"] is row["view_angle_deg"] is row["overlap"] is None
    assert row["visible"] == (sample.status == Status.VISIBLE).mean()


def test_shards_of_other_shape_are_one_line(run, tmp_path):
    publish(run / "3.h5", encode_shard(make_content(samples=1, views=2)))
    with pytest.raises(UsageError) as caught:
        exported(run, tmp_path)
    said = "3.h5: has samples of 2 views, others of train have 3, and a table has one shape: export them apart"
    assert str(caught.value).endswith(said)
    assert not (tmp_path / "out").exists()


def test_without_pyarrow_it_is_said_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as caught:
        exported(run, tmp_path)
    assert str(caught.value) == "--format parquet: the package pyarrow is missing: pip install 'scenegen[parquet]'"
    assert not (tmp_path / "out").exists()
