"""Floors: the lowest large plane with the scene above it."""

import numpy as np
import pytest
from triangle_soup import as_arrays, block, flipped, quad

from scenegen.assets.floors import lowest_floor
from scenegen.assets.surface import sample_surface
from scenegen.seeding import Stage, generator


def floor_of(soup, up):
    rng = generator(0, Stage.ASSET)
    surface = sample_surface(*as_arrays(soup), rng, 12_000)
    return lowest_floor(surface, np.asarray(up, float), rng)


def test_the_floor_of_a_house_is_that_of_its_lowest_storey():
    found = floor_of([flipped(block((0, 0, 3.0 * k), (8, 6, 3.0 * k + 2.7))) for k in range(3)], (0, 0, 1))
    assert found is not None
    assert found.height == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(found.up, (0, 0, 1), atol=1e-9)


def test_a_candidate_that_is_a_little_off_settles_on_the_plane():
    found = floor_of([flipped(block((0, 0, 0), (4, 5, 2.6)))], (0.1, 0, 0.995))
    assert found is not None
    np.testing.assert_allclose(found.up, (0, 0, 1), atol=1e-6)


def test_without_level_surface_there_is_none():
    assert floor_of([quad((0, 0, 0), (4, 0, 0), (0, 0, 3)), quad((0, 0, 0), (0, 4, 0), (0, 0, 3))], (0, 0, 1)) is None
