"""Descriptors in an HDF5 file."""

import json

import h5py
import numpy as np
import pytest
import torch
from networks import shaken
from photo_world import saved
from small_disk import files_up_to
from training_world import tiny

from training.applying import extract as module
from training.applying.extract import extract
from training.errors import ImageError, RequestError
from training.models.describe import to_unit
from training.photo import as_batch
from training.running.checkpoint import Checkpoint
from training.settings import ModelSettings
from training.weights.trained import Trained
from training.weights.weights import weights_of

PHOTO = np.random.default_rng(3).integers(0, 255, (37, 50, 3), np.uint8)


def model_settings(norm):
    return ModelSettings((8, 8), (1, 1), 6, 2, norm=norm)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run folder that is a stand-in; `run / "norm"` chooses the network."""

    def opened(folder, device):
        settings = model_settings((folder / "norm").read_text())
        about = weights_of(Checkpoint(tiny(model=settings), 1, 1, "", {}, {}, {})).about
        return Trained(shaken(settings), about, "1234", folder)

    monkeypatch.setattr(module, "open_trained", opened)
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "norm").write_text("image")
    return folder


@torch.no_grad()
@pytest.mark.parametrize(("precision", "error"), [("float16", 2e-3), ("float32", 1e-6)])
def test_descriptors_and_attributes(run, tmp_path, precision, error):
    path, out = saved(tmp_path / "a.png", PHOTO), tmp_path / "out.h5"
    assert extract(run, [path], out, "cpu", precision=precision) == ["a.png"]
    expected = shaken(model_settings("image"))(to_unit(as_batch(PHOTO)))[0].permute(1, 2, 0).numpy()
    with h5py.File(out) as file:
        assert file["a.png"].dtype == precision
        assert np.allclose(file["a.png"], expected, rtol=error, atol=error)
        assert file["a.png"].attrs["image"] == "a.png"
        assert file.attrs["format"] == "scenetrain-descriptors"
        assert "(0, 0)" in file.attrs["pixel_convention"]
        assert "/ 255" in file.attrs["input_scaling"]
        assert json.loads(file.attrs["settings_json"])["model"]["widths"] == [8, 8]
        assert file.attrs["checkpoint_sha256"] == "1234"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "out.h5", "run"]


def test_photos_of_one_name(run, tmp_path):
    (tmp_path / "b").mkdir()
    paths = [saved(tmp_path / "a.png", PHOTO), saved(tmp_path / "b" / "a.png", PHOTO[:9])]
    assert extract(run, paths, tmp_path / "out.h5", "cpu") == ["a.png", "a.png-2"]
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["a.png-2"].shape == (9, 50, 6)


def test_tiles_give_the_same_file(run, tmp_path):
    (run / "norm").write_text("pixel")
    path = saved(tmp_path / "a.png", np.tile(PHOTO, (3, 4, 1)))
    files = []
    for tile in (0, 32):
        extract(run, [path], tmp_path / f"{tile}.h5", "cpu", tile, "float32")
        with h5py.File(tmp_path / f"{tile}.h5") as file:
            files.append(file["a.png"][...])
    assert np.allclose(*files, rtol=1e-4, atol=1e-4)


def test_a_bad_image_leaves_the_old_file_and_nothing_else(run, tmp_path):
    good, bad, out = saved(tmp_path / "a.png", PHOTO), tmp_path / "bad.png", tmp_path / "out.h5"
    out.write_bytes(b"old")
    bad.write_bytes(good.read_bytes()[:3000])
    with pytest.raises(ImageError, match=r"bad\.png: is damaged"):
        extract(run, [good, bad], out, "cpu")
    assert out.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "bad.png", "out.h5", "run"]


@pytest.mark.parametrize(
    ("norm", "advice"), [("image", "train with --network unet --norm pixel"), ("pixel", "use --tile 2048")]
)
def test_a_very_large_photo_is_refused(run, tmp_path, monkeypatch, norm, advice):
    (run / "norm").write_text(norm)
    monkeypatch.setattr(module, "WHOLE_PIXELS", 1000)
    path = saved(tmp_path / "a.png", PHOTO)
    with pytest.raises(ImageError, match=f"fit in one piece; make it smaller, or {advice}"):
        extract(run, [path], tmp_path / "out.h5", "cpu")


def test_tiles_of_an_image_norm_network_are_refused(run, tmp_path):
    with pytest.raises(RequestError, match="leave --tile at 0"):
        extract(run, [saved(tmp_path / "a.png", PHOTO)], tmp_path / "out.h5", "cpu", 64)


def test_a_place_that_cannot_be_written(run, tmp_path):
    with pytest.raises(RequestError, match=r"out\.h5: cannot be written .*change --out"):
        extract(run, [saved(tmp_path / "a.png", PHOTO)], tmp_path / "none" / "out.h5", "cpu")


def test_no_photo_and_a_photo_as_the_place_are_refused(run, tmp_path):
    path = saved(tmp_path / "a.png", PHOTO)
    before = path.read_bytes()
    with pytest.raises(RequestError, match=r"^extract: has no photos; name one or more$"):
        extract(run, [], tmp_path / "out.h5", "cpu")
    with pytest.raises(RequestError, match=r"a\.png: is a photo that is read"):
        extract(run, [path], path, "cpu")
    assert path.read_bytes() == before


def test_a_full_disk_is_a_line_and_the_program_lives_on(run, tmp_path):
    """One photo fits, two do not. (37, 50, 6) float16 with tables: 22 kB and what is kept free."""
    path, out = saved(tmp_path / "a.png", PHOTO), tmp_path / "out.h5"
    out.write_bytes(b"old")
    room = 100_000 + module.TABLES_BYTES
    with files_up_to(room):
        assert extract(run, [path], tmp_path / "one.h5", "cpu") == ["a.png"]
        with pytest.raises(RequestError) as caught:
            extract(run, [path, saved(tmp_path / "b.png", np.tile(PHOTO, (8, 8, 1)))], out, "cpu")
    assert str(caught.value) == f"{out}: cannot be written (File too large); change --out or free space"
    assert out.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "b.png", "one.h5", "out.h5", "run"]


def test_the_room_asked_for_is_enough(run, tmp_path):
    for shape in ((1, 1), (65, 63), (37, 200), (130, 129)):
        path, out = saved(tmp_path / "a.png", np.resize(PHOTO, (*shape, 3))), tmp_path / "out.h5"
        extract(run, [path], out, "cpu")
        with h5py.File(out) as file:
            dataset = file["a.png"]
            assert module._stored_bytes(dataset.shape, dataset.chunks, "float16") >= out.stat().st_size
            assert module._stored_bytes(dataset.shape, dataset.chunks, "float16") < 1.5e6 + 2 * out.stat().st_size
