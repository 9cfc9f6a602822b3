"""Reading photos of all kinds, and refusing what is none."""

import cv2
import numpy as np
import pytest
from photo_world import saved
from PIL import Image, ImageOps

from training.errors import ImageError
from training.photo import as_batch, photo_pixels, read_photo


def test_color_is_read_as_it_is(tmp_path):
    color = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    path = saved(tmp_path / "a.png", color)
    assert np.array_equal(read_photo(path), color)
    assert photo_pixels(path) == 20
    assert as_batch(color)[0, :, 1, 2].tolist() == color[1, 2].tolist()


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


def test_a_broken_tag_does_not_spoil_a_picture(tmp_path):
    """The orientation stands, another tag is of a type that Pillow cannot write again."""
    exif = Image.Exif()
    exif[0x0112], exif[0x9000] = 6, b"0231"
    path = saved(tmp_path / "a.jpg", np.array([[[255, 0, 0]] * 16 + [[0, 0, 255]] * 16] * 8, np.uint8), exif=exif)
    data = path.read_bytes()
    for kind in (b"\x00\x07", b"\x07\x00"):  # undefined -> short: four bytes that are no number
        data = data.replace(b"\x90\x00" + kind, b"\x90\x00\x00\x0b").replace(b"\x00\x90" + kind, b"\x00\x90\x0b\x00")
    path.write_bytes(data)
    assert read_photo(path).shape == (32, 8, 3)


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_is_as_pillow_turns_it(tmp_path, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    path = saved(tmp_path / "a.png", np.arange(36, dtype=np.uint8).reshape(3, 4, 3), exif=exif)
    with Image.open(path) as image:
        np.testing.assert_array_equal(read_photo(path), np.asarray(ImageOps.exif_transpose(image)))


@pytest.mark.parametrize("header", [b"{'descr': '<f4', 'fortran_order': False, 'shape': (", b"{'descr': (1,"])
def test_a_damaged_array_is_a_line(tmp_path, header):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((4, 5), np.float32))
    data = path.read_bytes()
    path.write_bytes(data[:10] + header.ljust(len(data[10:128]) - 1)[:117] + b"\n" + data[128:])
    with pytest.raises(ImageError, match=r"a\.npy: is damaged \(.*\); save the array again with numpy\.save$"):
        read_photo(path)


def test_an_array_of_negative_length_is_a_line(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((4, 10), np.float32))
    path.write_bytes(path.read_bytes().replace(b"(4, 10)", b"(-1,10)"))
    with pytest.raises(ImageError, match=r"a\.npy: is damaged"):
        read_photo(path)


def test_16_bit_ppm_is_stretched_as_png_is(tmp_path):
    values = np.random.default_rng(0).integers(100, 30_000, (6, 7, 3)).astype(np.uint16)
    for name in ("a.ppm", "a.png"):
        cv2.imwrite(str(tmp_path / name), values)
    np.testing.assert_array_equal(read_photo(tmp_path / "a.ppm"), read_photo(tmp_path / "a.png"))
