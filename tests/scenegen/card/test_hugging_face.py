"""`datasets` loads the shards: with the card beside them by the folder's name, without it by naming columns."""

import functools
import os
import re
from io import StringIO

import h5py
import numpy as np
import pytest
from export_world import made_run
from rich.console import Console

from scenegen.card.hugging_face import SIZES, data_files, features
from scenegen.cli.publishing import CardCommand, card
from scenegen.shards import ShardSet
from scenegen.shards.manifest import Entry

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the library is imported: nothing is asked of the hub
datasets = pytest.importorskip("datasets", reason="datasets is not installed")
datasets.disable_progress_bars()

SAMPLE = {  # column of load_dataset -> field of a Sample
    "rgb": "rgb",
    "depth": "depth",
    "instance": "instance",
    "normal": "normal",
    "camera/K": "K",
    "camera/T_world_cam": "T_world_cam",
    "rays/xy0": "xy0",
    "rays/depth0": "depth0",
    "rays/instance": "ray_instance",
    "rays/xy": "xy",
    "rays/status": "status",
    "objects/asset": "object_asset",
    "objects/T_world_object": "T_world_object",
    "sample/seed": "seed",
    "sample/overlap": "overlap",
    "sample/baseline_m": "baseline_m",
    "sample/view_angle_deg": "view_angle_deg",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A real run with its card; the shards have different numbers of object slots."""
    out = made_run(tmp_path_factory.mktemp("world"), rooms=3)
    card(CardCommand(out), Console(file=StringIO()))
    slots = set()
    for path in out.glob("*.h5"):
        with h5py.File(path) as file:
            slots.add(file["objects/asset"].shape[1])
    assert len(slots) > 1
    return out


def same(row, sample):
    for column, field in SAMPLE.items():
        group, _, name = column.rpartition("/")
        got = row[group][name] if group else row[name]
        np.testing.assert_array_equal(got, getattr(sample, field))
        assert got.dtype == getattr(sample, field).dtype.str, column


def test_the_folder_loads_with_all_its_columns(run, tmp_path):
    shards = ShardSet(run, "train")
    data = datasets.load_dataset(str(run), split="train", cache_dir=str(tmp_path)).with_format("numpy", dtype=None)
    assert len(data) == len(shards)
    for k in range(len(shards)):
        same(data[k], shards[k])


def test_the_folder_streams(run, tmp_path):
    data = datasets.load_dataset(str(run), split="train", streaming=True, cache_dir=str(tmp_path)).with_format("numpy")
    rows = list(data.take(4))
    for row, sample in zip(rows, ShardSet(run, "train"), strict=False):
        np.testing.assert_array_equal(row["rgb"], sample.rgb)
        np.testing.assert_array_equal(row["rays"]["xy"], sample.xy)
    assert len(rows) == 4


def test_shards_alone_load_with_the_columns_named(run, tmp_path):
    files = [str(entry.path) for entry in ShardSet(run).entries]
    named = datasets.Features(
        {
            "rgb": datasets.Array4D((3, 48, 64, 3), "uint8"),
            "rays": {
                "xy0": datasets.Array2D((384, 2), "uint16"),
                "xy": datasets.Array3D((2, 384, 2), "float32"),
                "status": datasets.Array2D((2, 384), "uint8"),
            },
        }
    )
    data = datasets.load_dataset("hdf5", data_files=files, features=named, split="train", cache_dir=str(tmp_path))
    assert set(data.column_names) == {"rgb", "rays"}
    row, sample = data.with_format("numpy", dtype=None)[4], ShardSet(run)[4]
    np.testing.assert_array_equal(row["rgb"], sample.rgb)
    np.testing.assert_array_equal(row["rays"]["xy"], sample.xy)
    np.testing.assert_array_equal(row["rays"]["status"], sample.status)


def test_shards_alone_load_with_the_columns_of_the_card(run, tmp_path):
    files = [str(entry.path) for entry in ShardSet(run).entries]
    columns = datasets.load_dataset_builder(str(run), cache_dir=str(tmp_path)).info.features
    data = datasets.load_dataset("hdf5", data_files=files, features=columns, split="train", cache_dir=str(tmp_path))
    same(data.with_format("numpy", dtype=None)[5], ShardSet(run)[5])


def test_without_columns_the_library_refuses_and_says_why(run, tmp_path):
    """The tables of assets and the preview have no row for each sample, which its HDF5 reader asks of every dataset."""
    files = [str(entry.path) for entry in ShardSet(run).entries]
    with pytest.raises(datasets.exceptions.DatasetGenerationError) as caught:
        datasets.load_dataset("hdf5", data_files=files, cache_dir=str(tmp_path))
    assert "has length" in str(caught.value.__cause__)


def test_the_columns_are_those_that_the_library_finds(run):
    from datasets.packaged_modules.hdf5.hdf5 import _recursive_infer_features

    with h5py.File(ShardSet(run).entries[0].path) as file:
        found = _recursive_infer_features(file)
        sizes = dict(zip(("sample", "view", "y", "x"), file["depth"].shape, strict=True))
        sizes |= {"ray": 384, "other_view": 2, "seen_in_view": 3, "rgb": 3, "xy": 2, "xyz": 3, "key": 3}
        sizes |= {"row3": 3, "column3": 3, "row4": 4, "column4": 4, "slot": 5}
    ours = datasets.Features._from_yaml_list(features(sizes, ("depth", "instance", "normal")))
    assert set(found) - set(ours) == {"assets", "preview"}
    for name in set(ours) - {"objects"}:
        assert ours[name] == found[name], name


def test_the_hub_reads_the_head(run):
    hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    head = hub.DatasetCard.load(run / "README.md").data
    assert head.license == "unknown"
    assert head.pretty_name == "run"
    assert head.size_categories == ["n<1K"]
    assert "depth-estimation" in head.task_categories
    assert head.configs == [{"config_name": "default", "data_files": [{"split": "train", "path": "train-*.h5"}]}]


class Entries:
    """Facts, as far as the files of splits go."""

    def __init__(self, **splits):
        self.splits = {name: [Entry(file, "a", name, 1) for file in files] for name, files in splits.items()}


def test_files_are_a_pattern_only_where_it_fits():
    tidy = data_files(Entries(train=["train-a.h5"], val=["val-a.h5", "val-b.h5"]))
    assert tidy == [{"split": "train", "path": "train-*.h5"}, {"split": "val", "path": "val-*.h5"}]
    odd = data_files(Entries(train=["a.h5", "b.h5"], val=["train-c.h5"]))
    assert odd == [{"split": "train", "path": ["a.h5", "b.h5"]}, {"split": "val", "path": ["train-c.h5"]}]


def test_the_way_to_read_it_works_as_printed(run, monkeypatch, tmp_path):
    text = (run / "README.md").read_text()
    (block,) = (b for b in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "load_dataset" in b)
    monkeypatch.setattr(datasets, "load_dataset", functools.partial(datasets.load_dataset, cache_dir=str(tmp_path)))
    names = {}
    exec(block.replace("path/of/this/folder", str(run)), names)
    np.testing.assert_array_equal(np.stack([names["left"], names["right"]]), ShardSet(run)[0].rgb[:2])


def test_size_classes_rise():
    limits = [most for most, _ in SIZES]
    assert limits == sorted(limits)
