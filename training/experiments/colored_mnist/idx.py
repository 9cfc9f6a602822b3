"""The MNIST files: four gzipped idx files, checked before they are believed, and a command that fetches them."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.errors import DataError, RequestError
from training.files.atomic import whole

SOURCE = "https://ossci-datasets.s3.amazonaws.com/mnist/"
"""Where the files are fetched from; the original site often refuses."""
TIMEOUT_S = 60


@dataclass(frozen=True)
class File:
    """One of the four files."""

    name: str
    md5: str
    """Of the gzipped file as it is published."""
    sha256: str
    """Of its content, whatever it was gzipped by."""
    shape: tuple[int, ...]


TRAIN_IMAGES = File(
    "train-images-idx3-ubyte.gz",
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    (60000, 28, 28),
)
TRAIN_DIGITS = File(
    "train-labels-idx1-ubyte.gz",
    "d53e105ee54ea40749a09fcbcd1e9432",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    (60000,),
)
TEST_IMAGES = File(
    "t10k-images-idx3-ubyte.gz",
    "9fb629c4189551a2d022fa330f9573f3",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    (10000, 28, 28),
)
TEST_DIGITS = File(
    "t10k-labels-idx1-ubyte.gz",
    "ec29112dd5afa0611ce80d1b7f02629c",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    (10000,),
)
FILES = (TRAIN_IMAGES, TRAIN_DIGITS, TEST_IMAGES, TEST_DIGITS)


@dataclass(frozen=True)
class Mnist:
    """All images in the order of the files, training images first."""

    images: Tensor
    """(N, 28, 28) uint8, white on black."""
    digits: Tensor
    """(N,) uint8, 0 to 9."""

    def to(self, device: torch.device | str) -> "Mnist":
        """The same on a device."""
        return Mnist(self.images.to(device), self.digits.to(device))


def load_mnist(folder: Path) -> Mnist:
    """The 70,000 images of the four files in `folder`, gzipped or not.

    Raises RequestError when a file is missing, DataError when its content is not MNIST's.
    """
    images = [_read(folder, file) for file in (TRAIN_IMAGES, TEST_IMAGES)]
    digits = [_read(folder, file) for file in (TRAIN_DIGITS, TEST_DIGITS)]
    return Mnist(torch.from_numpy(np.concatenate(images)), torch.from_numpy(np.concatenate(digits)))


def fetch(folder: Path, source: str = SOURCE) -> list[Path]:
    """Download what is missing into `folder`; each file is checked by its md5 before it takes its name.

    Returns the files that were fetched. Raises DataError when a download fails or is not what was published.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(f"{folder}: cannot be made ({error.strerror}); choose another folder") from None
    missing = [file for file in FILES if not (folder / file.name).is_file()]
    return [_download(folder, file, source) for file in missing]


def _download(folder: Path, file: File, source: str) -> Path:
    try:
        with urlopen(source + file.name, timeout=TIMEOUT_S) as answer:
            data = answer.read()
    except (URLError, OSError, ValueError) as error:
        advice = "check the network, or get the four files elsewhere and give their folder by --mnist"
        raise DataError(f"{source}{file.name}: cannot be fetched ({_reason(error)}); {advice}") from None
    if hashlib.md5(data, usedforsecurity=False).hexdigest() != file.md5:
        raise DataError(f"{source}{file.name}: is not the published file (its md5 is not {file.md5}); try again")
    with whole(folder / file.name) as draft:
        draft.write_bytes(data)
    return folder / file.name


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error)


def _read(folder: Path, file: File) -> NDArray[np.uint8]:
    """The values of one file."""
    packed, plain = folder / file.name, folder / file.name.removesuffix(".gz")
    path = packed if packed.is_file() else plain
    if not path.is_file():
        how = f"fetch the four files with: scenetrain fetch-mnist --out {folder}"
        raise RequestError(f"{packed}: no such file; {how}, or give their folder by --mnist")
    try:
        data = gzip.decompress(path.read_bytes()) if path is packed else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from None
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise DataError(f"{path}: is not MNIST's file, or damaged (its content has another sha256); fetch it again")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(file.shape)).reshape(file.shape).copy()
