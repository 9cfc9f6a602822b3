"""Storage profiles: same data, other bytes, and clear words when a plug-in is missing."""

import sys

import h5py
import numpy as np
import pytest
from shard_factory import make_content

from scenegen.errors import ShardError, UsageError
from scenegen.shards import schema
from scenegen.shards.codecs import CODECS, codec_of, filters_of, require_codec, require_readable, storage_options
from scenegen.shards.digest import content_sha256, file_sha256, sha256_of
from scenegen.shards.writer import encode_shard

SHUFFLE, GZIP, FLETCHER, ZSTD = 2, 1, 3, 32015


def memory_file():
    return h5py.File("x", "w", driver="core", backing_store=False)


@pytest.fixture
def without_zstd(monkeypatch):
    """A machine without hdf5plugin."""
    monkeypatch.setitem(sys.modules, "hdf5plugin", None)
    available = h5py.h5z.filter_avail
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda number: number != ZSTD and available(number))


@pytest.mark.parametrize(
    ("codec", "itemsize", "filters"),
    [
        ("gzip", 1, [GZIP, FLETCHER]),
        ("gzip", 4, [SHUFFLE, GZIP, FLETCHER]),
        ("zstd", 1, [ZSTD, FLETCHER]),
        ("zstd", 4, [SHUFFLE, ZSTD, FLETCHER]),
        ("none", 1, [FLETCHER]),
        ("none", 4, [FLETCHER]),
    ],
)
def test_filters_of_each_profile(codec, itemsize, filters):
    if codec == "zstd":
        pytest.importorskip("hdf5plugin", reason="extra zstd is not installed")
    with memory_file() as file:
        data = np.zeros((4, 5), f"u{itemsize}")
        dataset = file.create_dataset("x", data=data, chunks=(4, 5), **storage_options(codec, itemsize))
        assert filters_of(dataset) == filters
        assert codec_of(dataset) == codec
        require_readable(dataset)


def test_gzip_is_level_1():
    assert storage_options("gzip", 1)["compression_opts"] == 1


def test_unknown_codec_is_a_usage_error():
    with pytest.raises(UsageError, match=r"^codec 'lzma' is unknown: choose one of gzip, zstd, none$"):
        require_codec("lzma")


@pytest.mark.parametrize("package", ["hdf5plugin", "zstandard"])
def test_writing_needs_both_packages(package, monkeypatch):
    pytest.importorskip(package, reason="extra zstd is not installed")
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda _: package != "hdf5plugin")
    with pytest.raises(UsageError, match="needs the packages hdf5plugin and zstandard: install it with"):
        require_codec("zstd")


@pytest.mark.usefixtures("without_zstd")
def test_missing_plugin_is_a_usage_error_that_names_the_extra():
    with pytest.raises(UsageError, match=r"pip install 'scenegen\[zstd\]', or choose gzip or none$"):
        encode_shard(make_content(), "zstd")


def test_reading_without_the_plugin_names_the_extra(request):
    pytest.importorskip("hdf5plugin", reason="extra zstd is not installed")
    with memory_file() as file:
        dataset = file.create_dataset("x", data=np.zeros(9), chunks=(9,), **storage_options("zstd", 8))
        request.getfixturevalue("without_zstd")
        with pytest.raises(ShardError, match="hdf5plugin is missing: install it with"):
            require_readable(dataset)


def test_foreign_filters_are_refused():
    with memory_file() as file:
        dataset = file.create_dataset("x", data=np.zeros(9), compression="lzf")
        assert codec_of(dataset) == "other"
        with pytest.raises(ShardError, match="unknown HDF5 filter"):
            require_readable(dataset)


def test_every_codec_holds_the_same_content(tmp_path):
    digests = set()
    for codec in CODECS:
        if codec == "zstd":
            pytest.importorskip("hdf5plugin", reason="extra zstd is not installed")
        path = tmp_path / f"{codec}.h5"
        path.write_bytes(encode_shard(make_content(), codec))
        digests.add(content_sha256(path))
    assert len(digests) == 1
    assert len({file_sha256(tmp_path / f"{codec}.h5") for codec in CODECS}) == len(CODECS)


def digest_of(content, tmp_path):
    path = tmp_path / "digest.h5"
    path.write_bytes(encode_shard(content, "none"))
    return content_sha256(path)


def change(name, array):
    """Change one entry to another valid one."""
    if name == "categories/name":  # in order, each once
        array.flat[-1] = "zz"
    elif name == "objects/alone_px":  # not fewer than are seen
        array.flat[0] += 1
    else:
        array.flat[0] = "other" if array.dtype.kind == "U" else array.dtype.type(array.flat[0] == 0)


@pytest.mark.parametrize("name", list(make_content().arrays))
def test_the_digest_depends_on_every_dataset(name, tmp_path):
    content = make_content()
    if name in ("rays/xy", "rays/status"):
        content.arrays["rays/xy"][...], content.arrays["rays/status"][...] = 1.0, schema.STATUS["ambiguous"]
    before = digest_of(content, tmp_path)
    change(name, content.arrays[name])
    if name == "rays/status":
        content.arrays["rays/status"].flat[0] = schema.STATUS["visible"]
    assert digest_of(content, tmp_path) != before


def test_the_digest_depends_on_attributes_and_shape(tmp_path):
    digests = [
        digest_of(c, tmp_path) for c in (make_content(), make_content(room="b"), make_content(slots=0, assets=0))
    ]
    assert len(set(digests)) == 3


def test_the_digest_of_content_needs_no_file(tmp_path):
    for content in (make_content(), make_content(room="b", views=3), make_content(slots=0, assets=0)):
        assert sha256_of(content) == digest_of(content, tmp_path)


def test_the_digest_accepts_an_open_file(tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(encode_shard(make_content()))
    with h5py.File(path) as file:
        assert content_sha256(file) == content_sha256(path)


def test_digests_of_missing_and_foreign_files_are_one_line_errors(tmp_path):
    (tmp_path / "text.h5").write_text("hello")
    for digest, path in [(file_sha256, tmp_path / "no.h5"), (content_sha256, tmp_path / "text.h5")]:
        with pytest.raises(ShardError) as caught:
            digest(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
