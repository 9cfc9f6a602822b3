"""Rays for a web page: read back here by the documented format, without the code that wrote them."""

import base64
import zlib

import numpy as np
import pytest
from gallery_world import write_shard
from hypothesis import given
from hypothesis import strategies as st

from scenegen.inspect.gallery.rays import FARTHEST, NOWHERE, pack_rays, quantised, thin
from scenegen.shards import ShardReader, Status


def unpacked(packed, views):
    """Planes by name, as a reader of the format would find them."""
    raw, n = zlib.decompress(base64.b64decode(packed.data)), packed.count
    words = 4 + 2 * (views - 1)
    planes = np.cumsum(np.frombuffer(raw, "<u2", n * words).reshape(words, n), axis=1, dtype=np.uint16)
    places = planes[4:].view(np.int16).reshape(views - 1, 2, n)
    status = np.frombuffer(raw, np.uint8, offset=2 * n * words).reshape(views - 1, n)
    return planes[:4], places, status


@pytest.fixture
def sample(tmp_path):
    with ShardReader(write_shard(tmp_path / "a.h5", views=3)) as reader:
        yield reader[1]


def test_all_rays_of_a_small_sample_are_kept_to_half_a_step(sample):
    packed = pack_rays(sample)
    (x, y, depth, instance), places, status = unpacked(packed, 3)
    assert packed.count == len(sample.xy0)
    np.testing.assert_array_equal(np.stack([x, y], -1), sample.xy0)
    np.testing.assert_array_equal(instance, sample.ray_instance)
    np.testing.assert_array_equal(status, sample.status)
    np.testing.assert_allclose(depth / 1000, sample.depth0, atol=0.00051)
    there = np.isfinite(sample.xy[..., 0])
    found = places.transpose(0, 2, 1) * packed.unit_px + (15.5, 11.5)
    np.testing.assert_allclose(found[there], sample.xy[there], atol=packed.unit_px * 0.501)
    assert (places.transpose(0, 2, 1)[~there] == NOWHERE).all()
    assert (~there == np.isin(sample.status, [Status.NO_HIT, Status.BEHIND_CAMERA])).all()


def test_thinned_rays_are_rays_of_the_sample(sample):
    packed = pack_rays(sample, 60)
    (x, y, _, _), places, status = unpacked(packed, 3)
    rows = {tuple(pixel): row for row, pixel in enumerate(sample.xy0.tolist())}
    kept = [rows[pixel] for pixel in zip(x.tolist(), y.tolist(), strict=True)]
    assert 12 <= packed.count <= 26
    np.testing.assert_array_equal(status, sample.status[:, kept])
    there = np.isfinite(sample.xy[:, kept, 0])
    found = places.transpose(0, 2, 1) * packed.unit_px + (15.5, 11.5)
    np.testing.assert_allclose(found[there], sample.xy[:, kept][there], atol=packed.unit_px * 0.501)


@given(st.integers(8, 200), st.integers(8, 200), st.integers(4, 400), st.integers(0, 2**32 - 1))
def test_thinning_covers_the_picture_evenly(width, height, points, seed):
    """One ray in each cell of an even grid, so no place of a fully traced picture is far from a kept ray."""
    y, x = np.mgrid[:height, :width]
    xy0 = np.random.default_rng(seed).permutation(np.stack([x.ravel(), y.ravel()], -1))
    kept = thin(xy0, width, height, points)
    assert len(set(kept.tolist())) == len(kept)
    if len(xy0) <= points:
        assert len(kept) == len(xy0)
        return
    side = (width * height / points) ** 0.5
    columns, rows = max(1, round(width / side)), max(1, round(height / side))
    assert len(kept) == columns * rows
    middle = (np.floor((xy0[kept] + 0.5) / (width / columns, height / rows)) + 0.5) * (width / columns, height / rows)
    assert np.abs(xy0[kept] + 0.5 - middle).max() <= 0.5 + 1e-9


@given(st.floats(-(2.0**100), 2.0**100, width=32), st.floats(-(2.0**100), 2.0**100, width=32))
def test_far_places_keep_their_direction(x, y):
    steps = quantised(np.array([[x, y]], np.float32), (10.0, 20.0), 0.5)[0].astype(float)
    exact = (np.array([np.float32(x), np.float32(y)], float) - (10, 20)) / 0.5
    shrink = min(1, FARTHEST / max(np.abs(exact).max(), 1))
    np.testing.assert_allclose(steps, exact * shrink, atol=0.51)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_nowhere(value):
    assert (quantised(np.array([[value, 3.0], [1.0, value]], np.float32), (0, 0), 0.1) == NOWHERE).all()
