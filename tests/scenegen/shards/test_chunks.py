"""Chunks packed by us are what HDF5 itself reads, checks and would have written but for the deflate stream."""

import contextlib
import itertools
import sys
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scenegen.seeding import Stage, generator
from scenegen.shards.chunks import fletcher32, pack_chunk, packed, read, shuffled, unpack_chunk
from scenegen.shards.codecs import filters_of, storage_options
from scenegen.shards.zstd import ZSTD


def stored_by_hdf5(data, **options):
    """The bytes of the only chunk of a dataset, as HDF5 leaves them."""
    with h5py.File("x", "w", driver="core", backing_store=False) as f:
        d = f.create_dataset("d", data=data, chunks=data.shape, **options)
        return d.id.read_direct_chunk((0,) * data.ndim)[1]


@given(st.binary(min_size=1, max_size=3000))
@example(b"\0" * 64)
@example(b"\xff" * 721)
@example(b"\xff\xff" * 360)
@example(b"\0\1")
@example(b"\xff\xfe\0\1")
def test_the_checksum_is_hdf5s(data):
    expected = stored_by_hdf5(np.frombuffer(data, np.uint8), fletcher32=True)
    assert data + fletcher32(data).to_bytes(4, "little") == expected


@pytest.mark.parametrize("size", [200_000, 200_001, 1_843_200])
def test_the_checksum_of_long_chunks(size):
    data = generator(size, Stage.RAYS).integers(0, 256, size, dtype=np.uint8)
    stored = stored_by_hdf5(data, fletcher32=True)
    assert stored[-4:] == fletcher32(data.tobytes()).to_bytes(4, "little")


@pytest.mark.parametrize("dtype", ["<u2", "<f4", "<f8", "<i4"])
def test_the_shuffle_is_hdf5s(dtype):
    data = (np.arange(60).reshape(5, 12) * 1.7).astype(dtype)
    assert shuffled(data) == stored_by_hdf5(data, shuffle=True)


CODECS = [
    "gzip",
    pytest.param("zstd", marks=pytest.mark.skipif(not ZSTD.available(), reason="extra zstd is not installed")),
]


@pytest.mark.parametrize("codec", CODECS)
@given(
    data=st.sampled_from(["u1", "<u2", "<f4", "<f8"]).flatmap(
        lambda t: arrays(t, st.tuples(st.integers(1, 9), st.integers(1, 9)))
    )
)
def test_hdf5_reads_what_we_pack(codec, data):
    with h5py.File("x", "w", driver="core", backing_store=False) as f:
        options = storage_options(codec, data.itemsize)
        d = f.create_dataset("d", data.shape, data.dtype, chunks=data.shape, **options)
        d.id.write_direct_chunk((0, 0), pack_chunk(data, codec))
        assert d[...].tobytes() == data.tobytes()


@pytest.mark.parametrize("codec", CODECS)
def test_a_flipped_bit_is_an_error_for_hdf5_too(codec):
    data = np.arange(4000, dtype="<u2").reshape(40, 100)
    stream = bytearray(pack_chunk(data, codec))
    for position in range(0, len(stream), 37):
        stream[position] ^= 4
        with h5py.File("x", "w", driver="core", backing_store=False) as f:
            d = f.create_dataset("d", data.shape, data.dtype, chunks=data.shape, **storage_options(codec, 2))
            d.id.write_direct_chunk((0, 0), bytes(stream))
            with pytest.raises(OSError, match="filter"):
                d[...]
        stream[position] ^= 4


COUNT = itertools.count()


def stored(data, chunks, pack_here=True, codec="gzip", **options):
    """A dataset in memory, its chunks packed by us or by HDF5."""
    f = h5py.File(f"stored-{next(COUNT)}", "w", driver="core", backing_store=False)
    options = storage_options(codec, data.itemsize) | options
    d = f.create_dataset("d", data.shape, data.dtype, chunks=chunks, **options)
    if not pack_here:
        d[...] = data
        return d
    for block in d.iter_chunks():
        d.id.write_direct_chunk(tuple(part.start for part in block), pack_chunk(data[block], codec))
    return d


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("dtype", ["u1", "<u2", "<f4"])
@pytest.mark.parametrize("pack_here", [True, False])
@pytest.mark.parametrize("index", [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)])
def test_rows_are_those_of_hdf5(dtype, pack_here, index, codec):
    data = np.arange(2 * 3 * 5 * 7).reshape(2, 3, 5, 7).astype(dtype)
    d = stored(data, (1, 1, 5, 7), pack_here, codec)
    source = packed(d, 2, filters_of(d))
    assert source.codec == codec
    np.testing.assert_array_equal(read(source, index), data[index])


def test_storage_of_others_is_left_to_hdf5():
    data = np.arange(120, dtype="<u2").reshape(2, 3, 20)
    for chunks, options in [((1, 3, 20), {}), ((1, 1, 9), {}), ((1, 1, 20), {"shuffle": False})]:
        d = stored(data, chunks, False, **options)
        assert packed(d, 2, filters_of(d)) is None


def test_a_chunk_that_skipped_a_filter_is_left_to_hdf5():
    class Skipping:
        """A dataset whose only chunk was stored without deflate (HDF5 keeps a mask for each chunk)."""

        dtype, shape, chunks = np.dtype("<u2"), (1, 40), (1, 40)
        id = SimpleNamespace(read_direct_chunk=lambda offset: (2, b"not a deflate stream"))

        def __getitem__(self, at):
            return np.arange(40, dtype="<u2")[at[1:]]

    source = packed(Skipping(), 1, [h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_FLETCHER32])
    np.testing.assert_array_equal(read(source, (0,)), np.arange(40))


@pytest.mark.parametrize("codec", CODECS)
def test_damage_is_an_error_and_never_wrong_data(codec):
    data = np.arange(4000, dtype="<u2").reshape(40, 100)
    stream = bytearray(pack_chunk(data, codec))
    d = stored(data, data.shape, codec=codec)
    source = packed(d, 0, filters_of(d))
    without_effect = 0
    for position in range(len(stream) - 4):
        stream[position] ^= 1 << position % 8
        d.id.write_direct_chunk((0, 0), bytes(stream))
        with contextlib.suppress(OSError):
            np.testing.assert_array_equal(read(source, ()), data)
            without_effect += 1
        stream[position] ^= 1 << position % 8
    # a zstd frame header has a bit without meaning (RFC 8878, 3.1.1.1.1.3)
    assert without_effect <= (codec == "zstd")
    for cut in (0, 3, 4, 10, len(stream) - 5):
        with pytest.raises(OSError, match="a chunk"):
            unpack_chunk(bytes(stream[:cut]), data.dtype, data.shape, codec)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("shape", [(40, 99), (40, 101), (1,)])
def test_a_chunk_of_another_size_is_an_error(shape, codec):
    with pytest.raises(OSError, match="a chunk"):
        unpack_chunk(pack_chunk(np.arange(4000, dtype="<u2"), codec), np.dtype("<u2"), shape, codec)


def test_without_the_package_zstd_is_left_to_hdf5(monkeypatch):
    pytest.importorskip("hdf5plugin", reason="extra zstd is not installed")
    d = stored(np.arange(40, dtype="<u2"), (40,), False, "zstd")
    monkeypatch.setitem(sys.modules, "zstandard", None)
    assert packed(d, 0, filters_of(d)) is None


@pytest.mark.skipif(not ZSTD.available(), reason="extra zstd is not installed")
def test_a_frame_without_checksum_is_left_to_hdf5_which_checks_its_own():
    data = np.arange(4000, dtype="<u2").reshape(40, 100)
    d = stored(data, data.shape, False, "zstd")
    _, chunk = d.id.read_direct_chunk((0, 0))
    assert not ZSTD.checked(chunk)
    source = packed(d, 0, filters_of(d))
    np.testing.assert_array_equal(read(source, ()), data)
    d.id.write_direct_chunk((0, 0), chunk[:60] + bytes([chunk[60] ^ 1]) + chunk[61:])
    with pytest.raises(OSError, match="filter"):
        read(source, ())
