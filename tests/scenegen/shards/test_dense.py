"""Flow between any two views, as a reader makes it of what is stored."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scenes import LENSES
from staged import SMALL, shown

from scenegen.errors import UsageError
from scenegen.lenses import PINHOLE
from scenegen.shards.dense import flow
from scenegen.status import Status


@pytest.fixture(scope="module", params=LENSES)
def sample(request):
    cameras = replace(SMALL.cameras, lens=request.param)
    s = shown(replace(SMALL, views=3, layers=("rgb", "depth", "visibility"), cameras=cameras))
    of = {"K": "camera/K", "T_world_cam": "camera/T_world_cam"}
    values = {name: s.of(of.get(name, name)) for name in ("depth", "visibility", "K", "T_world_cam")}
    return SimpleNamespace(**values, lenses=tuple(view.camera.lens for view in s.views), rays=s)


def test_it_is_where_the_rays_are(sample):
    """Rays are traced from view 0; their projections come from the refined hit, flow from the stored depth."""
    x, y = sample.rays.of("rays/xy0").astype(int).T
    for other in (1, 2):
        found = flow(sample, 0, other)
        status, xy = sample.rays.of("rays/status")[other - 1], sample.rays.of("rays/xy")[other - 1]
        assert (found.status[y, x] == status).all()
        seen = status == Status.VISIBLE
        assert np.abs(found.xy[y, x] - xy)[seen].max() < 1e-3
        assert (found.visible[y, x] == seen).all()


def test_there_and_back_is_the_same_place(sample):
    """What is visible from i in j is, at the nearest pixel of j, on its way back to within that pixel's reach."""
    there, back = flow(sample, 1, 2), flow(sample, 2, 1)
    y, x = np.nonzero(there.visible)
    column, row = np.rint(there.xy[y, x]).astype(int).T
    again = back.xy[row.clip(0, 119), column.clip(0, 159)]
    off = np.abs(again - np.stack([x, y], -1)).max(1)
    assert np.nanmedian(off) < 0.6
    assert np.mean(off < 3) > 0.9


def test_displacement_is_the_place_less_the_pixel(sample):
    found = flow(sample, 2, 0)
    y, x = np.mgrid[0:120, 0:160]
    np.testing.assert_allclose(found.displacement, found.xy - np.stack([x, y], -1), atol=1e-3)
    assert found.xy.dtype == found.displacement.dtype == np.float32
    none = np.isin(found.status, [Status.NO_HIT, Status.BEHIND_CAMERA])
    assert np.isnan(found.xy[none]).all()


@pytest.mark.parametrize(("view", "other"), [(0, 0), (0, 3), (-1, 0), (3, 1)])
def test_views_that_are_not_two_of_the_sample(sample, view, other):
    with pytest.raises(IndexError, match=f"views {view} and {other} are not two of 0 to 2"):
        flow(sample, view, other)


def test_layers_that_were_not_read(sample):
    for name in ("depth", "visibility"):
        with pytest.raises(UsageError, match=r"flow needs the layers .*: render with --layers rgb,depth,visibility"):
            flow(SimpleNamespace(**(vars(sample) | {name: None})), 0, 1)


def beside(baseline_m, depth, f_px=4.0):
    """Two views side by side that look the same way, and what the first one measured: disparity is f B / z."""
    height, width = depth.shape
    K = np.array([[f_px, 0, (width - 1) / 2], [0, f_px, (height - 1) / 2], [0, 0, 1]])
    T_world_cam = np.stack([np.eye(4), np.eye(4)])
    T_world_cam[1, 0, 3] = baseline_m
    verdicts = np.arange(2 * depth.size, dtype=np.uint8).reshape(2, height, width, 1) % len(Status)
    both = np.stack([depth, np.full_like(depth, 7)])
    cameras = {"K": np.stack([K, K]), "T_world_cam": T_world_cam, "lenses": (PINHOLE, PINHOLE)}
    return SimpleNamespace(depth=both, visibility=verdicts, **cameras)


def test_the_disparity_of_two_views_side_by_side():
    """Down to a hand's breadth; a pixel that shows nothing is nowhere, and a pair of views is enough."""
    depth = np.array([[0.05, 0.5, 0], [1.0, 2.0, 40.0]], np.float32)
    pair = beside(0.1, depth)
    there, back = flow(pair, 0, 1), flow(pair, 1, 0)
    disparity = np.where(depth > 0, 4.0 * 0.1 / np.where(depth > 0, depth, 1), np.nan)
    np.testing.assert_allclose(there.displacement, np.stack([-disparity, disparity * 0], -1), rtol=1e-6)
    np.testing.assert_allclose(back.displacement[..., 0], 4.0 * 0.1 / 7, rtol=1e-6)
    assert (there.status == pair.visibility[0, ..., 0]).all()
    assert (back.status == pair.visibility[1, ..., 0]).all()


def test_a_pixel_that_shows_nothing_is_nowhere_even_for_a_view_that_sees_the_camera():
    pair = beside(0.0, np.array([[0.0, 1.0, 2.0]], np.float32))
    pair.T_world_cam[1, 2, 3] = -1.0  # one metre behind, looking the same way
    xy = flow(pair, 0, 1).xy[0]
    assert np.isnan(xy[0]).all()
    np.testing.assert_allclose(xy[1:], [[1, 0], [1 + 2 / 3, 0]], rtol=1e-6)
