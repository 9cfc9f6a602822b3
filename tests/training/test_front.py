"""The front door of the descriptors: what it gives is what the commands write."""

import re
import subprocess
import sys

import h5py
import numpy as np
import photo_world
import pytest
from PIL import Image

import training
from training.applying.match import match
from training.cli import main
from training.errors import TrainingError
from training.weights import BUILTIN

BLANK = np.zeros((64, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for name, shift in (("a", 20), ("b", 25)):
        Image.fromarray(photo_world.texture()[20 : 20 + 96, shift : shift + 128]).save(folder / f"{name}.png")
    return folder


def test_importing_loads_no_pytorch():
    code = "import sys, training; print('torch' in sys.modules, dir(training))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith("False")
    assert "load_descriptor" in said
    with pytest.raises(AttributeError, match="module 'training' has no attribute 'describe'"):
        training.describe  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


def test_descriptors_are_those_of_extract(photos, tmp_path):
    descriptor = training.load_descriptor(device="cpu")
    assert (descriptor.channels, descriptor.distance) == (64, "cosine")
    there = tmp_path / "a.h5"
    words = ["--device", "cpu", "--precision", "float32"]
    assert main(["extract", str(photos / "a.png"), "--out", str(there), *words]) == 0
    with h5py.File(there) as file:
        stored = file["a.png"][()]  # pyright: ignore[reportIndexIssue]
    made = descriptor.describe(photos / "a.png")
    np.testing.assert_array_equal(made, stored)
    np.testing.assert_array_equal(made, descriptor.describe(np.asarray(Image.open(photos / "a.png"))))


def test_matches_follow_a_shift(photos):
    found = training.load_descriptor(device="cpu").match(str(photos / "a.png"), photos / "b.png")
    assert len(found) > 50
    np.testing.assert_allclose(np.median(found.xy0 - found.xy1, axis=0), (5, 0), atol=0.5)


def test_matches_are_those_of_the_command(photos, tmp_path):
    """Searched in the same way, by the same distance and as many pixels of a cell."""
    made = training.load_descriptor(device="cpu").match(
        photos / "a.png", photos / "b.png", grid=7, ratio=0.8, back_px=3
    )
    a, b, out = (photos / "a.png"), (photos / "b.png"), tmp_path / "m.png"
    drawn = match(BUILTIN, a, b, out, "cpu", grid=7, ratio=0.8, back_px=3.0)
    for name in ("asked", "xy0", "xy1", "distance", "ratio"):
        np.testing.assert_array_equal(getattr(made, name), getattr(drawn, name))


def test_what_cannot_be_had_is_said(photos, tmp_path):
    descriptor = training.load_descriptor(device="cpu")
    said = re.escape("picture of shape (4, 4, 3), float64: must be (H, W, 3) uint8")
    with pytest.raises(TrainingError, match=said):
        descriptor.describe(np.zeros((4, 4, 3)))
    with pytest.raises(TrainingError, match=r"none\.png"):
        descriptor.describe(photos / "none.png")
    with pytest.raises(TrainingError, match="none"):
        training.load_descriptor(tmp_path / "none")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda _: training.load_descriptor(3), "run 3: must be a path"),
        (lambda _: training.load_descriptor(""), "run '': must be a path"),
        (lambda _: training.load_descriptor(device=0), "device 0: must be a text"),
        (lambda d: d.describe(3), "picture 3: must be a path or an array"),
        (lambda d: d.describe(""), "picture '': must be a path or an array"),
        (lambda d: d.describe([[1]]), "picture [[1]]: must be a path or an array"),
        (lambda d: d.describe(BLANK[0]), "picture of shape (64, 3), uint8: must be (H, W, 3) uint8"),
        (lambda d: d.match(BLANK, None), "b None: must be a path or an array"),
        (lambda d: d.match(BLANK, BLANK, grid=1.5), "grid 1.5: must be a whole number"),
        (lambda d: d.match(BLANK, BLANK, grid="8"), "grid '8': must be a whole number"),
        (lambda d: d.match(BLANK, BLANK, ratio="x"), "ratio 'x': must be a number"),
        (lambda d: d.match(BLANK, BLANK, back_px=None), "back_px None: must be a number"),
        (
            lambda d: d.match(BLANK, BLANK, ratio=float("nan")),
            "--grid 8 --ratio nan --back-px 2.0: give grid >= 1, 0 < ratio <= 1, back >= 0",
        ),
    ],
)
def test_arguments_of_another_kind_are_refused_in_a_line(wrong, said):
    with pytest.raises(TrainingError) as error:
        wrong(training.load_descriptor(device="cpu"))
    assert str(error.value) == said


def test_numbers_of_numpy_are_numbers():
    found = training.load_descriptor(device="cpu").match(BLANK, BLANK, grid=np.int64(16), ratio=np.float32(0.9))
    assert found.asked == 16
