"""Depth maps as OpenEXR, read back by a reader of the tests' own, and by OpenEXR's where it is installed."""

import numpy as np
import pytest
from exr_reader import read_exr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from scenegen.export.exr import depth_exr

LARGE = np.linspace(0, 65, 50 * 70, dtype=np.float32).reshape(50, 70)
FLOATS = st.floats(0, 2.0**100, width=32)


def depth_map(height=40, width=64):
    """Steps, a slope and holes."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return np.where((x // 9 + y // 7) % 5 == 0, 0, 1 + x / 50 + np.sqrt(y)).astype(np.float32)


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=FLOATS))
def test_what_is_read_is_what_was_written(depth):
    attributes, channel, got = read_exr(depth_exr(depth))
    assert channel == "Y"
    np.testing.assert_array_equal(got, depth)
    assert attributes["dataWindow"] == attributes["displayWindow"]


def test_noise_that_does_not_shrink_is_stored_as_it_is():
    noise = np.random.default_rng(0).integers(0, 2**31 - 2**24, (33, 20)).astype(np.uint32).view(np.float32)
    np.testing.assert_array_equal(read_exr(depth_exr(noise))[2].view(np.uint32), noise.view(np.uint32))
    assert len(depth_exr(noise)) > noise.nbytes


def test_a_depth_map_shrinks_and_no_two_files_differ():
    data = depth_exr(depth_map())
    assert len(data) < depth_map().nbytes / 1.5
    assert data == depth_exr(np.asfortranarray(depth_map()))


def test_the_attributes_are_those_that_the_format_asks_for():
    attributes = read_exr(depth_exr(depth_map()))[0]
    assert {name: kind for name, (kind, _) in attributes.items()} == {
        "channels": "chlist",
        "compression": "compression",
        "dataWindow": "box2i",
        "displayWindow": "box2i",
        "lineOrder": "lineOrder",
        "pixelAspectRatio": "float",
        "screenWindowCenter": "v2f",
        "screenWindowWidth": "float",
    }
    assert list(attributes) == sorted(attributes)


@pytest.mark.parametrize("depth", [depth_map(), depth_map(480, 640), LARGE, LARGE[:1, :1], LARGE[:17]], ids=np.shape)
def test_openexr_reads_it(depth, tmp_path):
    openexr = pytest.importorskip("OpenEXR", reason="OpenEXR is not installed")
    (tmp_path / "a.exr").write_bytes(depth_exr(depth))
    with openexr.File(str(tmp_path / "a.exr")) as file:
        np.testing.assert_array_equal(file.channels()["Y"].pixels, depth)
        assert file.header()["compression"] == openexr.ZIP_COMPRESSION


def test_opencv_reads_it(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENCV_IO_ENABLE_OPENEXR", "1")
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    if "OpenEXR:                     NO" in cv2.getBuildInformation():
        pytest.skip("OpenCV is built without OpenEXR")
    (tmp_path / "a.exr").write_bytes(depth_exr(depth_map()))
    got = cv2.imread(str(tmp_path / "a.exr"), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH)
    np.testing.assert_array_equal(got, depth_map())
