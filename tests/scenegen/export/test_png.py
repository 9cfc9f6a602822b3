"""Pictures as PNG: other programs find the same pixels in them."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from scenegen.export.png import rgb_png

SIDES = st.integers(1, 30)


@given(SIDES, SIDES, st.data())
def test_pillow_reads_what_was_written(height, width, data):
    rgb = data.draw(arrays(np.uint8, (height, width, 3)))
    with Image.open(io.BytesIO(rgb_png(rgb))) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        np.testing.assert_array_equal(np.asarray(image), rgb)
        image.load()


def test_opencv_reads_it():
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    rgb = np.random.default_rng(0).integers(0, 256, (48, 65, 3)).astype(np.uint8)
    got = cv2.imdecode(np.frombuffer(rgb_png(rgb), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(got[..., ::-1], rgb)


def test_a_view_of_another_array_is_written_alike_and_shrinks():
    y, x = np.mgrid[:60, :80]
    rgb = np.stack([x * 2, y * 3, (x + y) % 200], -1).astype(np.uint8)
    flipped = np.ascontiguousarray(rgb[:, ::-1])
    assert rgb_png(rgb[:, ::-1]) == rgb_png(flipped)
    assert len(rgb_png(rgb)) < rgb.nbytes / 10
