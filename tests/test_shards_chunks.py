"""Chunks packed by us are what HDF5 itself reads, checks and would have written but for the deflate stream."""

import h5py
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scenegen.seeding import Stage, generator
from scenegen.shards.chunks import fletcher32, gzip_chunk, shuffled


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


@given(
    st.sampled_from(["u1", "<u2", "<f4", "<f8"]).flatmap(
        lambda t: arrays(t, st.tuples(st.integers(1, 9), st.integers(1, 9)))
    )
)
def test_hdf5_reads_what_we_pack(data):
    with h5py.File("x", "w", driver="core", backing_store=False) as f:
        options = {"shuffle": data.itemsize > 1, "compression": "gzip", "compression_opts": 1, "fletcher32": True}
        d = f.create_dataset("d", data.shape, data.dtype, chunks=data.shape, **options)
        d.id.write_direct_chunk((0, 0), gzip_chunk(data))
        assert d[...].tobytes() == data.tobytes()


def test_a_flipped_bit_is_an_error_and_not_wrong_data():
    data = np.arange(4000, dtype="<u2").reshape(40, 100)
    packed = bytearray(gzip_chunk(data))
    for position in range(0, len(packed), 37):
        packed[position] ^= 4
        with h5py.File("x", "w", driver="core", backing_store=False) as f:
            d = f.create_dataset(
                "d", data.shape, data.dtype, chunks=data.shape, shuffle=True, compression=1, fletcher32=True
            )
            d.id.write_direct_chunk((0, 0), bytes(packed))
            with pytest.raises(OSError, match="filter"):
                d[...]
        packed[position] ^= 4
