"""What `scenegen inspect` prints."""

import io
import json

import h5py
import numpy as np
import pytest
from rich.console import Console
from shard_factory import make_content

from scenegen.errors import ShardError, UsageError
from scenegen.inspect.cameras import in_words
from scenegen.inspect.table import inspect_path, merged_statistics, shard_statistics
from scenegen.lenses import Lens
from scenegen.shards import schema
from scenegen.shards.reader import ShardReader
from scenegen.shards.writer import encode_shard, publish


def shown(path):
    """The printed text, each line with single blanks."""
    console = Console(file=io.StringIO(), width=120)
    inspect_path(path, console)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


@pytest.fixture
def run(tmp_path):
    """A folder of three shards and a manifest; the arrays of each."""
    contents, shards = [], []
    for i in range(3):
        attributes = {"room": f"room-{i}", "split": ("train", "val")[i % 2], "shard_index": i}
        contents.append(make_content(samples=i + 1, seed=i, **attributes))
        publish(tmp_path / f"{i}.h5", encode_shard(contents[-1]))
        shards.append({"file": f"{i}.h5", "samples": i + 1, **attributes})
    (tmp_path / "manifest.json").write_text(json.dumps({"shards": shards}))
    return tmp_path, [content.arrays for content in contents]


def test_a_shard_shows_attributes_and_datasets(run):
    folder, arrays = run
    lines = shown(folder / "2.h5")
    assert "2.h5: 3 samples" in lines
    assert "room room-2" in lines
    for name, array in arrays[2].items():
        shape, field = " x ".join(map(str, array.shape)), schema.FIELD[name]
        head = f"{name} {schema.dtype_text(field)} {field.units} gzip {shape} "
        assert any(line.startswith(head) and line.endswith("B") for line in lines)


def test_a_shard_shows_shares_and_quantiles(run):
    folder, arrays = run
    lines = shown(folder / "2.h5")
    status, baseline = arrays[2]["rays/status"], arrays[2]["sample/baseline_m"]
    for name, code in schema.STATUS.items():
        count = (status == code).sum()
        assert f"{name} {count} {count / status.size:.1%}" in lines
    quantiles = " ".join(f"{q:.3g}" for q in np.quantile(baseline, [0, 0.25, 0.5, 0.75, 1]))
    assert f"baseline, m {quantiles}" in lines
    assert any(line.startswith("overlap with view 0 ") for line in lines)


def test_a_set_says_its_lens_its_path_and_its_rig(tmp_path):
    orbit = {"cameras": {"lens": "brown:-0.3,0,0,0,0", "trajectory": "orbit"}}
    bent = make_content(samples=2, lens=Lens("brown", (-0.3, 0, 0, 0, 0)), config_json=json.dumps(orbit))
    publish(tmp_path / "a.h5", encode_shard(bent))
    said = ["views 2", "size, px 32 x 24", "lens brown:-0.3,0,0,0,0", "trajectory orbit", "rig free"]
    assert set(said) <= set(shown(tmp_path / "a.h5"))
    straight = make_content(samples=1, config_json=json.dumps({"cameras": {"rig": "stereo:0.2"}}))
    publish(tmp_path / "b.h5", encode_shard(straight))
    lines = shown(tmp_path)
    assert {"lens brown:-0.3,0,0,0,0, pinhole", "trajectory orbit, none", "rig free, stereo:0.2"} <= set(lines)
    assert in_words("abcde") == "a, b, c and 2 more"


def test_an_imported_set_says_no_path_and_no_rig(run):
    folder, _ = run
    lines = shown(folder)
    assert "lens pinhole" in lines
    assert not any(line.startswith(("trajectory", "rig")) for line in lines)


def test_a_folder_shows_the_sum_of_its_shards(run):
    folder, arrays = run
    lines = shown(folder)
    total = sum((a["rays/status"] == schema.STATUS["visible"]).sum() for a in arrays)
    rays = sum(a["rays/status"].size for a in arrays)
    assert {"listed by manifest.json", "shards 3", "rooms 3", "samples 6"} <= set(lines)
    assert f"visible {total} {total / rays:.1%}" in lines
    assert any(line.startswith("train 2 2 4 ") for line in lines)
    assert any(line.startswith("val 1 1 2 ") for line in lines)
    chairs = sum((a["assets/category"][a["objects/asset"][a["objects/asset"] >= 0]] == "chair").sum() for a in arrays)
    assert f"chair {chairs}" in lines


def test_a_folder_shows_defects_and_skipped_assets_by_code(run):
    folder, _ = run
    assert "assets with defects" not in shown(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["assets"] = {"room a": {"no_uv": ["x"]}, "object b": {"no_uv": [], "[bold]odd": []}}
    manifest["skipped"] = {"object c": {"reason": "no_faces", "why": "flat"}}
    manifest["failed"] = [{"index": 9, "file": "train-d-000.h5", "room": "d", "reason": "no_faces", "why": "flat"}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    lines = shown(folder)
    start = lines.index("assets with defects")
    assert [line for line in lines[start:] if line[:1].isalnum() or line.startswith("[")] == [
        "assets with defects",
        "defect assets",
        "no_uv 2",
        "[bold]odd 1",
        "assets that could not be used",
        "reason assets",
        "no_faces 2",
    ]
    (folder / "manifest.json").write_text(json.dumps(manifest | {"assets": 3}))
    with pytest.raises(
        ShardError, match=r"manifest\.json: is not a manifest \(ValueError: assets or skipped is no table\)"
    ):
        shown(folder)


def test_a_folder_without_a_manifest(run):
    folder, _ = run
    (folder / "manifest.json").unlink()
    assert {"listed by files, no manifest.json", "samples 6"} <= set(shown(folder))


def test_many_shards_are_sampled_and_it_says_so(run, monkeypatch):
    monkeypatch.setattr("scenegen.inspect.table._MAX_OPENED", 2)
    assert "rays by status, from 2 of 3 shards" in shown(run[0])


def test_figures_add_up(run):
    folder, arrays = run
    parts = [shard_statistics(ShardReader(folder / f"{i}.h5")) for i in range(3)]
    both = merged_statistics(parts)
    assert both.status.sum() == sum(a["rays/status"].size for a in arrays)
    assert len(both.objects) == 6
    assert both.objects.sum() == sum((a["objects/asset"] >= 0).sum() for a in arrays) == sum(both.categories.values())
    np.testing.assert_array_equal(parts[0].overlap, arrays[0]["sample/overlap"][0][[0, 1], [1, 0]])


def test_overlap_of_more_views_is_that_with_view_0(tmp_path):
    content = make_content(samples=1, views=3)
    publish(tmp_path / "x.h5", encode_shard(content))
    overlap = content.arrays["sample/overlap"][0]
    expected = [overlap[0, 1], overlap[0, 2], overlap[1, 0], overlap[2, 0]]
    np.testing.assert_array_equal(shard_statistics(ShardReader(tmp_path / "x.h5")).overlap, expected)


def test_text_from_files_is_not_markup_and_is_cut(tmp_path):
    publish(tmp_path / "x.h5", encode_shard(make_content(room="[/red][bold]x", license="y" * 500)))
    lines = shown(tmp_path / "x.h5")
    assert "room [/red][bold]x" in lines
    assert "(500 characters)" in " ".join(lines)


def test_a_shard_without_objects(tmp_path):
    publish(tmp_path / "x.h5", encode_shard(make_content(slots=0, assets=0)))
    assert "objects 0 0 0 0 0" in shown(tmp_path / "x.h5")


def test_many_categories_are_summed_up(tmp_path):
    content = make_content(slots=20, assets=20)
    content.arrays["assets/category"] = np.array([f"kind-{i:02d}" for i in range(20)])
    content.arrays["objects/asset"][:] = np.arange(20)
    publish(tmp_path / "x.h5", encode_shard(content))
    lines = shown(tmp_path / "x.h5")
    assert "kind-11 2" in lines
    assert "kind-12 2" not in lines
    assert "8 more 16" in lines


def test_wrong_paths_are_one_line_errors(run):
    folder, _ = run
    (folder / "text.h5").write_text("hello")
    with h5py.File(folder / "foreign.h5", "w") as file:
        file["x"] = 1
    (folder / "empty").mkdir()
    cases = {"no": UsageError, "text.h5": ShardError, "foreign.h5": ShardError, "empty": ShardError}
    for name, kind in cases.items():
        with pytest.raises(kind) as caught:
            shown(folder / name)
        assert str(caught.value).startswith(f"{folder / name}: ")
        assert "\n" not in str(caught.value)


def test_a_listed_shard_that_is_gone(run):
    folder, _ = run
    (folder / "1.h5").unlink()
    with pytest.raises(ShardError, match=r"1\.h5: "):
        shown(folder)
