"""Every pixel for a web page: read back here by the documented format, without the code that wrote it."""

import base64
import re
import zlib
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from gallery_world import render_dense, write_shard
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scenes import LENSES

from scenegen.inspect.gallery.page import resource
from scenegen.inspect.gallery.pixels import (
    COARSEST,
    cameras,
    inverse_depth,
    inverse_unit,
    knows_every_pixel,
    needed_layers,
    pack_pixels,
    residuals,
)
from scenegen.lenses import MODELS, STRAIGHT
from scenegen.shards import ShardReader, Status
from scenegen.shards.dense import carried_pixels


def restored(folded):
    """Numbers of 16 bits from their residuals, pixel by pixel."""
    plane = np.zeros(folded.shape, int)
    for y, x in np.ndindex(*folded.shape):
        left, above = plane[y, x - 1] if x else 0, plane[y - 1, x] if y else 0
        if x and y:
            corner = plane[y - 1, x - 1]
            guess = sorted((left, above, left + above - corner))[1]
        else:
            guess = left if x else above
        r = int(folded[y, x])
        plane[y, x] = (guess + (-(r + 1) // 2 if r % 2 else r // 2)) % 65536
    return plane


def unpacked(packed, shape, others):
    """Depth in metres, instance and verdicts of the kept pixels, (H, W)."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(packed.data)), np.uint8).reshape(-1, *shape)
    assert len(planes) == 4 + others
    inverse, instance = (restored(planes[k] + 256 * planes[k + 1].astype(int)) for k in (0, 2))
    depth_m = np.divide(1, inverse * packed.unit, out=np.zeros(shape), where=inverse > 0)
    return depth_m, instance, planes[4:]


@pytest.fixture(scope="module", params=[LENSES[0], LENSES[2]])
def sample(tmp_path_factory, request):
    path = render_dense(tmp_path_factory.mktemp("dense") / "set", request.param)
    with ShardReader(path, layers=needed_layers(path)) as reader:
        return reader[0]


def test_every_pixel_is_there_and_visible_ones_are_where_they_are(sample):
    assert knows_every_pixel(sample)
    y, x = (axis.ravel() for axis in np.mgrid[:120, :160])
    for view, packed in enumerate(pack_pixels(sample, 10**6)):
        depth_m, instance, status = unpacked(packed, (120, 160), 2)
        np.testing.assert_array_equal(instance, sample.instance[view])
        np.testing.assert_array_equal(status, np.moveaxis(sample.visibility[view], -1, 0))
        assert ((depth_m > 0) == (sample.depth[view] > 0)).all()
        assert (np.abs(depth_m - sample.depth[view]) <= 1.1e-4 * sample.depth[view] ** 2).all()  # 5 mm at 7 m
        for row, other in enumerate(v for v in range(3) if v != view):
            seen = status[row].ravel() == Status.VISIBLE
            there, _ = carried_pixels(sample, np.stack([x, y], -1), depth_m.ravel(), view, other)
            off = np.abs(there - sample.flow(view, other).xy.reshape(-1, 2))[seen].max()
            assert off < 0.1


@pytest.mark.parametrize("share", [0.9, 0.3, 0.05])
def test_more_than_a_page_takes_is_every_nth_pixel(sample, share):
    whole = sum(len(view.data) for view in pack_pixels(sample, 10**6))
    found = pack_pixels(sample, round(share * whole))
    assert sum(len(view.data) for view in found) <= share * whole
    (step,) = {view.step for view in found}
    assert 1 < step < 3 / share**0.5
    kept = slice(step // 2, None, step)
    for view, packed in enumerate(found):
        due = sample.depth[view, kept, kept]
        depth_m, instance, _ = unpacked(packed, due.shape, 2)
        np.testing.assert_array_equal(instance, sample.instance[view, kept, kept])
        np.testing.assert_allclose(depth_m, due, rtol=0.002)


def test_less_than_one_pixel_is_not_asked_for(sample):
    assert {view.step for view in pack_pixels(sample, 1)} <= set(range(120, 200))


def test_depth_is_as_fine_as_views_need(sample):
    near = replace(sample, depth=sample.depth.clip(0.05))
    near.depth[0, 0, 0] = 0.0001
    assert inverse_unit(near, 0) == pytest.approx(10_000 / 65535)
    assert inverse_unit(sample, 0) <= COARSEST
    none = replace(sample, visibility=np.full_like(sample.visibility, Status.OCCLUDED))
    assert inverse_unit(none, 0) == COARSEST
    nothing = replace(sample, depth=np.zeros_like(sample.depth))
    assert inverse_unit(nothing, 0) == COARSEST


def test_depths_end_at_what_can_be_stored():
    found = inverse_depth(np.array([0, 1e-9, 0.5, 1.0, 1e9, inf]), 1e-3)
    np.testing.assert_array_equal(found, [0, 65535, 2000, 1000, 1, 1])


@given(arrays(np.uint16, st.tuples(st.integers(1, 6), st.integers(1, 6))))
def test_prediction_loses_nothing(plane):
    np.testing.assert_array_equal(restored(residuals(plane)), plane)


def test_what_falls_one_way_and_rises_the_other_leaves_nothing():
    y, x = np.mgrid[:20, :30]
    assert not residuals(1000 + 3 * x - 7 * y)[1:, 1:].any()


@pytest.mark.parametrize("layers", [("depth", "visibility"), ("depth", "visibility", "instance")])
def test_layers_that_are_needed(tmp_path, layers):
    path = write_shard(tmp_path / "a.h5", views=3, layers=layers)
    assert set(needed_layers(path)) == set(layers)
    with ShardReader(path, layers=layers) as reader:
        (first, *_) = pack_pixels(reader[0], 10**6)
        _, instance, _ = unpacked(first, (24, 32), 2)
        np.testing.assert_array_equal(instance, reader[0].instance[0] if "instance" in layers else 0)


@pytest.mark.parametrize("layers", [(), ("depth",), ("visibility",), ("instance", "normal")])
def test_no_layer_is_read_where_view_0_alone_is_known(tmp_path, layers):
    path = write_shard(tmp_path / "a.h5", layers=layers)
    assert needed_layers(path) == ()
    with ShardReader(path, layers=()) as reader:
        assert not knows_every_pixel(reader[0])


def test_without_cameras_no_pixel_is_known(sample):
    assert not knows_every_pixel(replace(sample, K=np.full_like(sample.K, np.nan)))


def test_cameras_are_told_in_json(sample):
    for told, K, T, lens in zip(cameras(sample), sample.K, sample.T_world_cam, sample.lenses, strict=True):
        assert told["K"] == K.tolist()
        assert told["T_world_cam"] == T.tolist()
        assert (told["lens"], told["coefficients"]) == (lens.model, lens.coefficients)
        assert told["reach"] == (None if lens.reach == inf else lens.reach)


def test_the_page_knows_every_lens():
    table = re.search(r"const SHIFTS = \{(.*?)\n\};", resource("cameras.js"), re.DOTALL)[1]
    assert re.findall(r"^  (\w+):", table, re.MULTILINE) == [STRAIGHT, *MODELS]
