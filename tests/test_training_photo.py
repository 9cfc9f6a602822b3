"""Reading photos of all kinds, and refusing what is none."""

import numpy as np
import pytest
from PIL import Image

from training.errors import ImageError
from training.photo import as_batch, photo_pixels, read_photo


def saved(path, array, mode=None, **options):
    Image.fromarray(np.asarray(array), mode).save(path, **options)
    return path


def test_colour_is_read_as_it_is(tmp_path):
    colour = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    path = saved(tmp_path / "a.png", colour)
    assert np.array_equal(read_photo(path), colour)
    assert photo_pixels(path) == 20
    assert as_batch(colour)[0, :, 1, 2].tolist() == colour[1, 2].tolist()


def test_exif_orientation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the first row is the right-hand side
    path = saved(tmp_path / "a.png", np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8), exif=exif)
    assert read_photo(path).tolist() == [[[255, 0, 0]], [[0, 255, 0]]]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[7, 200]], np.uint8), [7, 200]),
        (np.array([[0, 257 * 9, 65535]], np.uint16), [0, 9, 255]),
        (np.array([[True, False]]), [255, 0]),
    ],
)
def test_grey_becomes_three_equal_channels(tmp_path, array, expected):
    photo = read_photo(saved(tmp_path / "a.png", array))
    assert photo.dtype == np.uint8
    assert photo.tolist() == [[[value] * 3 for value in expected]]


def test_grey_floats_run_from_their_lowest_to_their_highest(tmp_path):
    photo = read_photo(saved(tmp_path / "a.tif", np.array([[-3.0, 2.0, 7.0, np.nan, np.inf]], np.float32)))
    assert photo[0, :, 0].tolist() == [0, 128, 255, 0, 255]


def test_transparency_is_laid_over_white(tmp_path):
    path = saved(tmp_path / "a.png", np.array([[[10, 20, 30, 255], [10, 20, 30, 0]]], np.uint8))
    assert read_photo(path).tolist() == [[[10, 20, 30], [255, 255, 255]]]


def test_what_is_no_image_is_named(tmp_path):
    text = tmp_path / "a.png"
    text.write_text("no image")
    with pytest.raises(ImageError, match=r"a\.png: is no image that can be read; give a PNG"):
        read_photo(text)
    with pytest.raises(ImageError, match=r"b\.png: cannot be read \(No such file"):
        read_photo(tmp_path / "b.png")
    with pytest.raises(ImageError, match="cannot be read"):
        read_photo(tmp_path)


def test_a_cut_off_file(tmp_path):
    path = saved(tmp_path / "a.png", np.random.default_rng(0).integers(0, 255, (50, 50, 3), np.uint8))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ImageError, match=r"a\.png: is damaged .*save it again"):
        read_photo(path)


def test_a_picture_too_large_for_pillow(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.png", np.zeros((40, 40), np.uint8))
    for limit in (1_000, 100):  # a warning of Pillow, and an error
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(ImageError, match="has more than 0 million pixels; make it smaller"):
            photo_pixels(path)
