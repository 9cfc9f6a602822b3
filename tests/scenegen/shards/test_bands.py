"""Pictures in bands of rows: windows are what slicing gives, in this layout and the old one, and damage is seen."""

import hashlib
import json
import sys

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from old_layout import in_old_layout
from shard_factory import make_content

from scenegen.cli.main import main
from scenegen.errors import ShardError
from scenegen.shards import schema
from scenegen.shards.chunks import pack_chunk, packed, read, read_rows
from scenegen.shards.codecs import filters_of, storage_options
from scenegen.shards.digest import content_sha256
from scenegen.shards.field import band_rows
from scenegen.shards.reader import ShardReader
from scenegen.shards.writer import encode_shard, publish
from scenegen.verify.check import check_shard

PICTURES = ("rgb", *schema.LAYERS)
HEIGHT, WIDTH, BAND = 96, 20, 48


def needs_plug_in(codec):
    if codec == "zstd":
        pytest.importorskip("hdf5plugin", reason="extra zstd is not installed")
        pytest.importorskip("zstandard", reason="extra zstd is not installed")


@pytest.fixture(scope="module")
def content():
    """Content that a camera could have made: visible points lie in the picture."""
    made = make_content(samples=2, views=2, height=HEIGHT, width=WIDTH)
    seen = made.arrays["rays/status"] == schema.STATUS["visible"]
    made.arrays["rays/xy"][seen] = made.arrays["rays/xy"][seen].clip(0, WIDTH - 1)
    return made


@pytest.fixture(scope="module", params=[(c, layout) for c in ("gzip", "zstd", "none") for layout in ("bands", "old")])
def shard(request, content, tmp_path_factory):
    """A shard in one of the codecs and layouts."""
    codec, layout = request.param
    needs_plug_in(codec)
    path = tmp_path_factory.mktemp("shard") / "a.h5"
    publish(path, encode_shard(content, codec))
    return path if layout == "bands" else in_old_layout(path, path.with_name("old.h5"), codec)


@given(st.integers(1, 5000))
def test_bands_tile_every_picture(height):
    rows = band_rows(height)
    assert height % rows == 0
    assert 16 <= rows <= 64 or rows == height
    better = [n for n in range(16, 65) if height % n == 0]
    assert rows == max(better, default=height)


@pytest.mark.parametrize(
    ("height", "rows"), [(480, 60), (240, 60), (128, 64), (192, 64), (120, 60), (24, 24), (331, 331)]
)
def test_the_rows_of_bands(height, rows):
    assert schema.FIELD["rgb"].chunks((4, 2, height, 64, 3)) == (1, 1, rows, 64, 3)
    assert schema.FIELD["depth"].chunks((4, 2, height, 64)) == (1, 1, rows, 64)


@st.composite
def banded(draw):
    """An array of pictures, the rows of a band, and rows and columns of a window."""
    band, bands, width = draw(st.integers(1, 6)), draw(st.integers(1, 5)), draw(st.integers(1, 7))
    dtype = draw(st.sampled_from(["u1", "i1", "<u2", "<f4", "<f8"]))
    data = np.random.default_rng(draw(st.integers(0, 9))).integers(0, 99, (2, band * bands, width)).astype(dtype)
    start = draw(st.integers(0, band * bands - 1))
    stop = draw(st.integers(start + 1, band * bands))
    left = draw(st.integers(0, width))
    return data, band, start, stop, slice(left, draw(st.integers(left, width)))


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
@pytest.mark.parametrize("pack_here", [True, False])
@settings(max_examples=60)
@given(case=banded())
def test_rows_of_bands_are_those_of_the_array(codec, pack_here, case):
    needs_plug_in(codec)
    data, band, start, stop, columns = case
    with h5py.File("banded", "w", driver="core", backing_store=False) as file:
        chunks = (1, band, data.shape[2])
        d = file.create_dataset("d", data.shape, data.dtype, chunks=chunks, **storage_options(codec, data.itemsize))
        if not pack_here:
            d[...] = data
        for block in d.iter_chunks() if pack_here else ():
            d.id.write_direct_chunk(tuple(part.start for part in block), pack_chunk(data[block], codec))
        source = packed(d, 1, filters_of(d))
        assert source is not None
        assert source.codec == codec
        np.testing.assert_array_equal(read(source, ()), data)
        np.testing.assert_array_equal(read(source, (1,)), data[1])
        np.testing.assert_array_equal(read_rows(source, (1,), start, stop), data[1, start:stop])
        np.testing.assert_array_equal(read_rows(source, (0,), start, stop, columns), data[0, start:stop, columns])


@pytest.mark.parametrize("chunks", [(2, 4, 5), (1, 5, 5), (1, 4, 4), (1, 4, 1), (1, 24, 5)])
def test_chunks_that_do_not_tile_are_left_to_hdf5(chunks):
    data = np.arange(2 * 12 * 5, dtype="<u2").reshape(2, 12, 5)
    with h5py.File("odd", "w", driver="core", backing_store=False) as file:
        maxshape = (None,) * 3  # chunks larger than the data need it
        d = file.create_dataset("d", data=data, chunks=chunks, maxshape=maxshape, **storage_options("gzip", 2))
        assert packed(d, 1, filters_of(d)) is None


@settings(max_examples=60)
@given(data=st.data())
def test_windows_are_those_of_the_whole_picture(shard, content, data):
    name = data.draw(st.sampled_from(PICTURES))
    sample, view = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 1))
    rows, columns = data.draw(st.slices(HEIGHT)), data.draw(st.slices(WIDTH))
    with ShardReader(shard) as reader:
        if {rows.step, columns.step} <= {None, 1}:
            window = reader.read_window(name, sample, view, rows, columns)
            np.testing.assert_array_equal(window, content.arrays[name][sample, view, rows, columns])
            assert window.dtype == content.arrays[name].dtype
        else:
            with pytest.raises(ValueError, match="without steps"):
                reader.read_window(name, sample, view, rows, columns)
        whole = reader.read(name, sample, view)
    np.testing.assert_array_equal(whole, content.arrays[name][sample, view])


def test_windows_on_the_borders_of_bands(shard, content):
    with ShardReader(shard) as reader:
        for start, stop in [(0, 48), (48, 96), (47, 49), (0, 96), (48, 48), (60, 10), (90, 500), (-3, None)]:
            window = reader.read_window("rgb", 1, 0, slice(start, stop), slice(2, 9))
            np.testing.assert_array_equal(window, content.arrays["rgb"][1, 0, start:stop, 2:9])


def test_only_pictures_have_windows(shard):
    with ShardReader(shard) as reader:
        for name in ("rays/xy", "camera/K", "preview"):
            with pytest.raises(ValueError, match=f"of {name}: windows are of pictures"):
                reader.read_window(name, 0, 0, slice(0, 1), slice(0, 1))
        with pytest.raises(ShardError, match="has no dataset 'notes'"):
            reader.read_window("notes", 0, 0, slice(0, 1), slice(0, 1))


def test_both_layouts_say_the_same(shard, content, tmp_path):
    publish(tmp_path / "bands.h5", encode_shard(content))
    assert content_sha256(shard) == content_sha256(tmp_path / "bands.h5")
    assert check_shard(shard).problems == ()
    with ShardReader(shard) as reader:
        for name, array in content.arrays.items():
            np.testing.assert_array_equal(reader.read(name), array)


def damage(path, name, top):
    """Change a byte of the band of view 0 of sample 1 that begins with row `top`."""
    with h5py.File(path) as file:
        dataset = file[name]
        assert dataset.chunks[2] == BAND
        band = dataset.id.get_chunk_info_by_coord((1, 0, top, *(0 for _ in dataset.shape[3:])))
    data = bytearray(path.read_bytes())
    data[band.byte_offset + band.size // 2] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("codec", ["gzip", "zstd", "none"])
@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("top", [0, BAND])
def test_damage_outside_of_the_window_does_not_matter_inside_it_does(content, tmp_path, codec, name, top):
    needs_plug_in(codec)
    path, columns = tmp_path / "a.h5", slice(0, WIDTH)
    publish(path, encode_shard(content, codec))
    damage(path, name, top)
    sound = slice(BAND - top, HEIGHT - top)
    with ShardReader(path) as reader:
        for _ in range(2):  # damage in between spoils nothing
            window = reader.read_window(name, 1, 0, sound, columns)
            np.testing.assert_array_equal(window, content.arrays[name][1, 0, sound])
            np.testing.assert_array_equal(reader.read(name, 1, 1), content.arrays[name][1, 1])
            for rows in (slice(BAND - 1, BAND + 1), slice(top, top + 1), slice(top + BAND - 1, top + BAND)):
                with pytest.raises(ShardError, match=rf"a\.h5: {name} is damaged \(.*make it again"):
                    reader.read_window(name, 1, 0, rows, columns)
            with pytest.raises(ShardError, match=f"{name} is damaged"):
                reader.read(name, 1, 0)
    with pytest.raises(ShardError, match="is damaged"):
        content_sha256(path)


@pytest.fixture
def old_run(content, tmp_path):
    """A run's folder with a shard in the old layout."""
    folder = tmp_path / "run"
    folder.mkdir()
    publish(tmp_path / "new.h5", encode_shard(content))
    path = in_old_layout(tmp_path / "new.h5", folder / "train-a.h5")
    said, data = content.attributes, path.read_bytes()
    entry = {"index": 0, "file": path.name, "room": said["room"], "split": "train", "samples": 2, "bytes": len(data)}
    entry |= {"sha256": hashlib.sha256(data).hexdigest(), "content_sha256": content_sha256(path)}
    manifest = {"config": {}, "config_sha256": "c", "codec": "gzip", "shards": [entry], "failed": []}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_every_command_reads_the_old_layout(old_run, tmp_path, capsys):
    out = tmp_path / "out"
    commands = [
        ["inspect", old_run],
        ["verify", old_run],
        ["repack", old_run, "--codec", "none", "--out", out / "none"],
        ["gallery", old_run, "--out", tmp_path / "gallery.html"],
        ["export", old_run, "--format", "webdataset", "--out", out / "tars"],
        ["card", old_run],
        ["status", old_run],
    ]
    for command in commands:
        assert main([str(word) for word in command]) == 0, f"{command}: {capsys.readouterr()}"
    with h5py.File(old_run / "train-a.h5") as old, h5py.File(out / "none" / "train-a.h5") as new:
        assert (old["rgb"].chunks[2], new["rgb"].chunks[2]) == (HEIGHT, BAND)
    assert content_sha256(old_run / "train-a.h5") == content_sha256(out / "none" / "train-a.h5")


def test_the_form_that_plain_h5py_gives_is_that_of_older_shards(content, tmp_path):
    """Filters and types are the same, so the old layout of these tests is what older programs wrote."""
    publish(tmp_path / "new.h5", encode_shard(content))
    with h5py.File(tmp_path / "new.h5") as new, h5py.File(in_old_layout(new.filename, tmp_path / "old.h5")) as old:
        for name in content.arrays:
            assert filters_of(old[name]) == filters_of(new[name])
            assert old[name].dtype == new[name].dtype
        assert old["normal"].chunks == (1, 1, HEIGHT, WIDTH, 3)


def test_without_the_package_zstd_windows_are_left_to_hdf5(content, tmp_path, monkeypatch):
    needs_plug_in("zstd")
    publish(tmp_path / "a.h5", encode_shard(content, "zstd"))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with ShardReader(tmp_path / "a.h5") as reader:
        window = reader.read_window("rgb", 0, 1, slice(40, 60), slice(3, 9))
    np.testing.assert_array_equal(window, content.arrays["rgb"][0, 1, 40:60, 3:9])
