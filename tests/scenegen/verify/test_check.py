"""A sound shard passes; every kind of damage and of foreign content is named."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
from listed_shards import entry_of, list_in_manifest, sound_content

from scenegen.errors import ShardError, UsageError
from scenegen.shards import schema
from scenegen.shards.digest import file_sha256
from scenegen.shards.writer import encode_shard
from scenegen.verify.check import check_shard, targets, unlisted


@pytest.fixture
def shard(tmp_path):
    path = tmp_path / "train-a-000.h5"
    path.write_bytes(encode_shard(sound_content()))
    return path


@pytest.mark.parametrize("level", ["fast", "full"])
def test_a_sound_shard_has_no_problem(shard, level):
    assert check_shard(shard, entry_of(shard), level).problems == ()
    assert check_shard(shard, None, level).problems == ()


def test_a_missing_shard_and_one_of_another_size(shard, tmp_path):
    assert check_shard(tmp_path / "no.h5").problems == ("is missing",)
    wrong = replace(entry_of(shard), bytes=7)
    assert check_shard(shard, wrong, "fast").problems == (f"has {shard.stat().st_size} bytes, the manifest says 7",)


def test_one_flipped_bit_is_seen_before_hdf5_reads(shard, monkeypatch):
    entry = entry_of(shard)
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    monkeypatch.setattr("scenegen.verify.check.open_shard", lambda path: pytest.fail("HDF5 read a damaged file"))
    assert check_shard(shard, entry).problems == ("its bytes are not those of the manifest (sha256)",)


@pytest.mark.parametrize(("name", "value"), [("room", "b"), ("split", "val"), ("samples", 3), ("index", 5)])
def test_a_shard_that_is_not_the_one_listed(shard, name, value):
    (problem,) = check_shard(shard, replace(entry_of(shard), **{name: value})).problems
    assert problem.startswith(f"{name} is ")
    assert f"the manifest says {value!r}" in problem


def change(path, name, edit):
    with h5py.File(path, "r+") as file:
        data = file[name][...]
        edit(data)
        file[name][...] = data


@pytest.mark.parametrize(
    ("name", "edit", "problem"),
    [
        ("camera/T_world_cam", lambda a: a[1, 0, :3, :3].__imul__(1.01), "a rotation (orthonormal, determinant 1)"),
        ("camera/T_world_cam", lambda a: a[1, 0, 0].__imul__(-1), "a rotation (orthonormal, determinant 1)"),
        ("camera/K", lambda a: a.__setitem__((0, 1, 0, 0), np.nan), "finite"),
        ("camera/K", lambda a: a.__setitem__((0, 1, 0, 0), -500), "a pinhole's intrinsics"),
        ("depth", lambda a: a.__setitem__((0, 0, 1, 1), np.inf), "finite and not negative"),
        ("rays/xy0", lambda a: a.__setitem__((0, 0, 0), 9999), "inside the picture"),
        ("rays/status", lambda a: a.__setitem__((0, 0, 0), 77), "one of [0, 1, 2, 3, 4, 5]"),
        ("sample/overlap", lambda a: a.__setitem__((0, 0, 1), 1.5), "in [0, 1]"),
        ("objects/asset", lambda a: a.__setitem__((0, 0), 99), "-1 or a row of assets/id"),
    ],
)
def test_values_that_cannot_be(shard, name, edit, problem):
    change(shard, name, edit)
    problems = check_shard(shard).problems
    assert any(f"{name}: " in line and f"are not {problem}" in line for line in problems), problems


def test_a_visible_point_outside_of_the_picture(shard):
    change(shard, "rays/status", lambda a: a.__setitem__((1, 0, 0), schema.STATUS["visible"]))
    change(shard, "rays/xy", lambda a: a.__setitem__((1, 0, 0), (-3.0, 1.0)))
    (problem,) = check_shard(shard).problems
    assert problem.startswith("sample 1: rays/xy: ")
    assert "inside the picture where visible" in problem


def test_links_to_elsewhere_are_refused(shard):
    with h5py.File(shard, "r+") as file:
        file["camera/soft"] = h5py.SoftLink("/rgb")
        file["outside"] = h5py.ExternalLink("other.h5", "/rgb")
        file["notes"] = np.zeros(3)
    problems = check_shard(shard).problems
    assert "camera/soft is a link to elsewhere: do not trust this file" in problems
    assert "outside is a link to elsewhere: do not trust this file" in problems
    assert "notes is not of this format" in problems


@pytest.mark.parametrize("kind", ["external", "virtual"])
def test_data_outside_of_the_file_is_refused(shard, kind, tmp_path):
    with h5py.File(shard, "r+") as file:
        shape, dtype = file["rgb"].shape, file["rgb"].dtype
        del file["rgb"]
        if kind == "external":
            file.create_dataset("rgb", shape, dtype, external=[(str(tmp_path / "secret"), 0, h5py.h5f.UNLIMITED)])
        else:
            layout = h5py.VirtualLayout(shape, dtype)
            layout[...] = h5py.VirtualSource("other.h5", "rgb", shape)
            file.create_virtual_dataset("rgb", layout)
    (problem,) = check_shard(shard).problems
    assert problem == "rgb is not stored in the file itself: do not trust this file"


def test_a_file_that_is_no_shard(tmp_path):
    path = tmp_path / "a.h5"
    path.write_text("hello")
    (problem,) = check_shard(path).problems
    assert problem.startswith("is not HDF5, or was cut short")
    assert "\n" not in problem


def test_the_shards_of_a_folder_and_what_is_not_listed(shard, tmp_path):
    list_in_manifest(shard)
    (tmp_path / "stray.h5").write_bytes(b"x")
    (tmp_path / "config.json").write_text("{}")
    found, strays = targets(tmp_path)
    assert [(t.path, t.entry.sha256) for t in found] == [(shard, file_sha256(shard))]
    assert strays == ["stray.h5"]
    assert unlisted(tmp_path, {"stray.h5"}) == [shard.name]


def test_a_single_shard_is_held_against_the_manifest_beside_it(shard):
    assert targets(shard)[0][0].entry is None
    list_in_manifest(shard)
    assert targets(shard)[0][0].entry.samples == 2


def test_nothing_to_check(tmp_path):
    with pytest.raises(UsageError, match="no such file or folder"):
        targets(tmp_path / "no")
    with pytest.raises(ShardError, match="holds no shard"):
        targets(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ShardError, match="is not a manifest"):
        targets(tmp_path)


def test_pixels_of_an_object_under_another_category_are_named(tmp_path):
    content = sound_content()
    rows, instance = content.arrays["semantic"], content.arrays["instance"]
    at = tuple(np.argwhere(instance == 2)[0])
    rows[at] += 1
    path = tmp_path / "a.h5"
    path.write_bytes(encode_shard(content))
    (problem,) = check_shard(path).problems
    what = "semantic: 1 entries are not the category of the object that the pixel shows"
    assert problem == f"sample {at[0]}: {what}, the first at {(0, *map(int, at[1:]))}"


def test_objects_that_are_seen_by_another_number_of_pixels_are_named(tmp_path):
    content = sound_content()
    content.arrays["objects/seen_px"][1, 0, 1] += 1
    path = tmp_path / "a.h5"
    path.write_bytes(encode_shard(content))
    what = "objects/seen_px: 1 entries are not the number of pixels that show the object, the first at (0, 0, 1)"
    assert check_shard(path).problems == (f"sample 1: {what}",)


def test_instances_and_assets_that_are_none_are_no_reason_to_stop(tmp_path):
    content = sound_content()
    content.arrays["instance"][0, 0, 0, 0] = 500
    path = tmp_path / "a.h5"
    path.write_bytes(encode_shard(content))
    assert "category of the object" in " ".join(check_shard(path).problems)
    for layers in (("semantic",), ("semantic", "instance")):
        path.write_bytes(encode_shard(sound_content(layers=layers, assets=0, slots=0)))
        assert [p for p in check_shard(path).problems if "category" in p] == []
