"""MNIST's files: what is read, what is refused, what is fetched."""

import gzip
import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from roots import ROOT

from training.errors import DataError, RequestError
from training.experiments.colored_mnist import idx

REAL = ROOT.parent / "shared/data/mnist"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Four files of six and two images, published under a folder that stands for the network."""
    published = tmp_path / "published"
    published.mkdir()
    for name, count in (("TRAIN", 6), ("TEST", 2)):
        images = np.arange(count * 784, dtype=np.uint8).reshape(count, 28, 28)
        for kind, array in (("IMAGES", images), ("DIGITS", np.arange(count, dtype=np.uint8))):
            file = getattr(idx, f"{name}_{kind}")
            content = bytes(4 + 4 * array.ndim) + array.tobytes()
            packed = gzip.compress(content, mtime=0)
            (published / file.name).write_bytes(packed)
            changed = replace(
                file,
                md5=hashlib.md5(packed).hexdigest(),
                sha256=hashlib.sha256(content).hexdigest(),
                shape=array.shape,
            )
            monkeypatch.setattr(idx, f"{name}_{kind}", changed)
    monkeypatch.setattr(idx, "FILES", (idx.TRAIN_IMAGES, idx.TRAIN_DIGITS, idx.TEST_IMAGES, idx.TEST_DIGITS))
    return published


def test_training_images_come_first(files):
    mnist = idx.load_mnist(files)
    assert mnist.images.shape == (8, 28, 28)
    assert mnist.images.dtype == torch.uint8
    assert mnist.digits.tolist() == [0, 1, 2, 3, 4, 5, 0, 1]
    assert mnist.images[1, 0, :3].tolist() == [16, 17, 18]


def test_unzipped_files_are_read_too(files):
    for path in list(files.iterdir()):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    assert len(idx.load_mnist(files).digits) == 8


def test_a_missing_file_says_how_to_get_it(tmp_path):
    with pytest.raises(RequestError, match=r"train-images-idx3-ubyte.gz: no such file; fetch .* fetch-mnist --out"):
        idx.load_mnist(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"not gzip", None])
def test_damaged_files_are_refused(files, damage):
    path = files / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(b"other content") if damage is None else damage)
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte.gz: .*; fetch it again"):
        idx.load_mnist(files)


def test_fetching_checks_what_came_and_leaves_what_is_there(files, tmp_path):
    source = files.as_uri() + "/"
    assert len(idx.fetch(tmp_path / "a/mnist", source)) == 4
    assert idx.fetch(tmp_path / "a/mnist", source) == []
    assert len(idx.load_mnist(tmp_path / "a/mnist").digits) == 8


def test_a_download_that_is_not_the_file_is_not_kept(files, tmp_path):
    (files / "train-labels-idx1-ubyte.gz").write_bytes(b"a login page")
    with pytest.raises(DataError, match="is not the published file"):
        idx.fetch(tmp_path / "mnist", files.as_uri() + "/")
    assert sorted(p.name for p in (tmp_path / "mnist").iterdir()) == ["train-images-idx3-ubyte.gz"]


def test_no_network_is_one_line(tmp_path):
    with pytest.raises(DataError, match=r"cannot be fetched .*by --mnist") as caught:
        idx.fetch(tmp_path / "mnist", (tmp_path / "nothing").as_uri() + "/")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not REAL.is_dir(), reason="shared/data/mnist is not there")
def test_the_real_files():
    mnist = idx.load_mnist(REAL)
    assert mnist.images.shape == (70000, 28, 28)
    assert mnist.digits[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
