"""What the writer makes: self-explaining files, the same bytes each time, published whole or not at all."""

import errno
import io
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roots import PYTHONPATH, ROOT
from shard_factory import make_content

from scenegen.errors import ShardError
from scenegen.shards import schema
from scenegen.shards.writer import encode_shard, publish


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    """A published shard and its content."""
    content, path = make_content(), tmp_path_factory.mktemp("shard") / "shard.h5"
    publish(path, encode_shard(content))
    return path, content


def test_plain_h5py_reads_a_pair_in_ten_lines(shard):
    path, content = shard
    with h5py.File(path) as f:
        image0, image1 = f["rgb"][0]
        visible = f["rays/status"][0, 0] == h5py.check_enum_dtype(f["rays/status"].dtype)["visible"]
        xy0, xy1 = f["rays/xy0"][0][visible], f["rays/xy"][0, 0][visible]
        room, assets = f.attrs["room"].decode(), f["assets/id"].asstr()[:]
    assert (image1 == content.arrays["rgb"][0, 1]).all()
    assert image0.shape == (24, 32, 3)
    assert len(xy0) == len(xy1) == (content.arrays["rays/status"][0, 0] == 1).sum() > 0
    assert np.isfinite(xy1).all()
    assert room == "room-α"
    assert list(assets) == list(content.arrays["assets/id"])


def test_every_dataset_is_documented_and_stored_as_the_table_says(shard):
    path, content = shard
    with h5py.File(path) as file:
        for field in (f for f in schema.FIELDS if f.name in content.arrays):
            dataset = file[field.name]
            assert dataset.attrs["description"].decode() == field.description
            assert dataset.attrs["units"].decode() == field.units
            assert tuple(dim.label for dim in dataset.dims) == field.dims
            assert dataset.chunks == field.chunks(content.arrays[field.name].shape)
            assert dataset.fletcher32
            assert dataset.shuffle == (dataset.dtype.itemsize > 1)
            assert (dataset.compression, dataset.compression_opts) == ("gzip", 1)


def test_types_on_the_disk(shard):
    path, _ = shard
    with h5py.File(path) as file:
        assert h5py.check_enum_dtype(file["rays/status"].dtype) == schema.STATUS
        assert file["rgb"].dtype == np.uint8
        assert file["camera/K"].dtype == np.dtype("<f8")
        text = h5py.check_string_dtype(file["assets/id"].dtype)
        assert (text.encoding, text.length) == ("utf-8", len("shapenet/0000-å".encode()))


def test_root_attributes_explain_the_file(shard):
    path, content = shard
    with h5py.File(path) as file:
        plain = {name: value.decode() if isinstance(value, bytes) else int(value) for name, value in file.attrs.items()}
    version = schema.version_of(content.arrays)  # it has every layer
    assert plain == schema.CONVENTIONS | {"format_version": version} | content.attributes
    assert {"format", "format_version", "seed", "pixel_convention", "config_json"} <= plain.keys()


def test_the_preview_is_an_hdf5_image(shard):
    path, _ = shard
    with h5py.File(path) as file:
        tags = {
            name: file["preview"].attrs[name] for name in ("CLASS", "IMAGE_VERSION", "IMAGE_SUBCLASS", "INTERLACE_MODE")
        }
    assert list(tags.values()) == [b"IMAGE", b"1.2", b"IMAGE_TRUECOLOR", b"INTERLACE_PIXEL"]


def test_nothing_is_variable_length_but_the_standard_dimension_labels(shard):
    path, content = shard
    with h5py.File(path) as file:
        for field in (f for f in schema.FIELDS if f.name in content.arrays):
            attributes = file[field.name].attrs
            loose = [name for name in attributes if attributes.get_id(name).dtype.kind == "O"]
            assert loose == ["DIMENSION_LABELS"]
        assert all(file.attrs.get_id(name).dtype.kind != "O" for name in file.attrs)


def test_same_content_same_bytes_at_another_time():
    first = encode_shard(make_content())
    time.sleep(1.1)  # HDF5 stores times in whole seconds
    assert encode_shard(make_content()) == first


def test_another_process_makes_the_same_bytes(tmp_path):
    program = (
        "import sys, pathlib; from shard_factory import make_content; from scenegen.shards.writer import encode_shard;"
        "pathlib.Path(sys.argv[1]).write_bytes(encode_shard(make_content()))"
    )
    environment = os.environ | {"PYTHONPATH": PYTHONPATH, "PYTHONHASHSEED": "123"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "x.h5")], check=True, env=environment)
    assert (tmp_path / "x.h5").read_bytes() == encode_shard(make_content())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    samples=st.integers(1, 3),
    views=st.integers(2, 4),
    height=st.integers(4, 17),
    width=st.integers(2, 19),
    slots=st.integers(0, 3),
    assets=st.integers(0, 3),
    layers=st.sets(st.sampled_from(schema.LAYERS)),
    codec=st.sampled_from(["gzip", "none"]),
)
def test_what_goes_in_comes_out(codec, layers, **sizes):
    content = make_content(layers=sorted(layers), **sizes)
    with h5py.File(io.BytesIO(encode_shard(content, codec))) as file:
        for name, array in content.arrays.items():
            stored = file[name].asstr()[()] if array.dtype.kind == "U" else file[name][()]
            np.testing.assert_array_equal(stored, array)
        assert {name for name in schema.LAYERS if name in file} == layers


@pytest.mark.parametrize("length", [0, 5000, 100_000])
def test_text_attributes_of_any_length(length, tmp_path):
    path = tmp_path / "x.h5"
    path.write_bytes(encode_shard(make_content(config_json="é" * length)))
    with h5py.File(path) as file:
        assert file.attrs["config_json"].decode() == "é" * length


def test_largest_seed():
    content = make_content()
    content.attributes["seed"] = 2**64 - 1
    with h5py.File(io.BytesIO(encode_shard(content))) as file:
        assert int(file.attrs["seed"]) == 2**64 - 1


def test_invalid_content_is_not_written():
    content = make_content()
    content.arrays["camera/K"][0, 0, 0, 0] = np.nan
    with pytest.raises(ValueError, match=r"^camera/K: "):
        encode_shard(content)


# ---- publishing ----


def test_a_device_or_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "folder", Path("/dev/full")):
        with pytest.raises(ShardError, match=r"is not a file that can be replaced: give another path$"):
            publish(target, b"data")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_publish_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "x.h5"
    publish(path, b"old")
    publish(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_order_is_sync_rename_sync(tmp_path, monkeypatch):
    events, fsync, replace = [], os.fsync, os.replace

    def note_fsync(descriptor):
        events.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        fsync(descriptor)

    def note_replace(source, target):
        events.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    publish(tmp_path / "x.h5", b"data")
    assert events == ["sync file", "rename", "sync folder"]


def test_the_temporary_name_is_hidden_and_beside_the_target(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append([p.name for p in tmp_path.iterdir()]))
    publish(tmp_path / "x.h5", b"data")
    assert seen[0] == [f".x.h5.tmp-{os.getpid()}"]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_nothing_and_says_what_to_do(call, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(ShardError) as caught:
        publish(tmp_path / "x.h5", b"data")
    monkeypatch.undo()
    advice = "free space or make the folder writable, then run the same command again"
    assert str(caught.value) == f"{tmp_path / 'x.h5'}: cannot be written (No space left on device): {advice}"
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path / "x.h5", b"data")
    assert list(tmp_path.iterdir()) == []


def test_a_file_size_limit_is_survived(tmp_path):
    """A real refusal by the kernel, in a process of its own because the limit cannot be lifted again."""
    program = (
        "import resource, sys, pathlib; from scenegen.shards.writer import publish;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        "publish(pathlib.Path(sys.argv[1]), bytes(5000))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, str(tmp_path / "x.h5")]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 1
    assert "ShardError" in result.stderr
    assert "File too large" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_a_shard_error(tmp_path):
    with pytest.raises(ShardError, match="No such file or directory"):
        publish(tmp_path / "no" / "x.h5", b"data")


def test_short_writes_are_continued(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    publish(tmp_path / "x.h5", b"0123456789")
    assert (tmp_path / "x.h5").read_bytes() == b"0123456789"
