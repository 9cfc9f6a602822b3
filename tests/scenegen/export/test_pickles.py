"""Index files that are pickles: what is in them, and that they name nothing that an older NumPy does not have."""

import os
import pickle
import pickletools
import subprocess
import sys

import numpy as np
import pytest

from scenegen.export.pickles import pickled, pickled_npy

CONTENT = {
    "paths": np.array(["imgs/a/α.png", "imgs/a/b.png"], dtype=object),
    "K": np.arange(18, dtype=np.float64).reshape(2, 3, 3) / 7,
    "pairs": np.array([[0, 1]], dtype=np.int64),
    "none": np.zeros((0,), np.float64),
    "infos": [((0, 1), 0.25, 0)],
}


def same(got):
    assert list(got) == list(CONTENT)
    for name, value in CONTENT.items():
        if isinstance(value, np.ndarray):
            assert (got[name].dtype, got[name].shape) == (value.dtype, value.shape)
            assert got[name].flags.writeable
            np.testing.assert_array_equal(got[name], value)
        else:
            assert got[name] == value


def test_numpy_load_gives_a_dict_from_both(tmp_path):
    (tmp_path / "a.npz").write_bytes(pickled(CONTENT))
    (tmp_path / "a.npy").write_bytes(pickled_npy(CONTENT))
    bare = np.load(tmp_path / "a.npz", allow_pickle=True)
    assert type(bare) is dict
    same(bare)
    wrapped = np.load(tmp_path / "a.npy", allow_pickle=True)
    assert (wrapped.shape, wrapped.dtype) == ((), object)
    same(wrapped.item())
    with pytest.raises(ValueError, match="allow_pickle=False"):
        np.load(tmp_path / "a.npy", allow_pickle=False)


def test_large_arrays_are_written_as_bytes():
    large = np.arange(2 * 400 * 500, dtype=np.float64).reshape(2, 400, 500)[:, ::2]
    data = pickled({"large": large})
    assert len(data) < large.nbytes + 300
    got = pickle.loads(data)["large"]
    assert (got.dtype, got.flags.writeable) == (large.dtype, True)
    np.testing.assert_array_equal(got, large)
    words = [argument for _, argument, _ in pickletools.genops(data) if isinstance(argument, str)]
    assert {"numpy", "ndarray", "builtins", "bytearray"} <= set(words)
    assert not any("core" in word for word in words)


@pytest.mark.parametrize("data", [pickled(CONTENT), pickled_npy(CONTENT)[128:]], ids=["bare", "npy"])
def test_the_only_name_in_it_is_numpy_array(data):
    same(pickle.loads(data) if data == pickled(CONTENT) else pickle.loads(data).item())
    words = [argument for _, argument, _ in pickletools.genops(data) if isinstance(argument, str)]
    assert {"numpy", "array"} <= set(words)
    codes = [code.name for code, _, _ in pickletools.genops(data)]
    assert (codes.count("STACK_GLOBAL"), codes.count("GLOBAL")) == (1, 0)
    assert not any("core" in word for word in words)


def test_another_process_writes_the_same_bytes():
    script = "import sys, tests.scenegen.export.test_pickles as t; sys.stdout.buffer.write(t.pickled(t.CONTENT))"
    written = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=os.environ | changes).stdout
        for changes in ({"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)} for seed in "12")
    ]
    assert written == [pickled(CONTENT)] * 2
