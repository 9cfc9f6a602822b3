"""Pictures for a web page."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from scenegen.inspect.gallery.pictures import THUMB_PX, thumbnail, view_pictures


def decoded(address):
    head, _, text = address.partition(",")
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(text)))


def gradient(height, width):
    y, x = np.mgrid[:height, :width]
    return np.stack([255 * x / width, 255 * y / height, 128 + 0 * x], -1).astype(np.uint8)


@pytest.mark.parametrize(("height", "width"), [(480, 640), (128, 160), (600, 200)])
def test_a_thumbnail_is_small_and_of_the_same_shape(height, width):
    address = thumbnail(gradient(height, width))
    image = decoded(address)
    assert max(image.size) == min(THUMB_PX, max(height, width))
    assert image.width / image.height == pytest.approx(width / height, rel=0.02)
    assert len(address) < 10_000


def test_pictures_keep_their_colors_and_places():
    picture = gradient(480, 640)
    image = decoded(view_pictures(picture[None], 60_000)[0])
    back = np.asarray(image.convert("RGB").resize((640, 480)), int)
    assert np.abs(back - picture).mean() < 3


@pytest.mark.parametrize("views", [2, 5])
def test_noise_is_made_to_fit(views):
    noise = np.random.default_rng(0).integers(0, 256, (views, 480, 640, 3)).astype(np.uint8)
    addresses = view_pictures(noise, 50_000)
    assert len(addresses) == views
    assert sum(map(len, addresses)) <= 50_000


@pytest.mark.parametrize(("views", "side"), [(1, 480), (2, 480), (8, 240)])
def test_a_picture_is_as_large_as_the_viewer_shows_it(views, side):
    picture = np.stack([gradient(960, 1280)] * views)
    sizes = {decoded(address).size for address in view_pictures(picture, 10_000_000)}
    assert sizes == {(side, side * 3 // 4)}


def test_a_small_picture_is_not_made_larger():
    assert decoded(view_pictures(gradient(24, 32)[None], 60_000)[0]).size == (32, 24)
