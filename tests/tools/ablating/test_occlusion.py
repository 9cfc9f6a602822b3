"""Open shares of scenes whose shape is known: a wall, a corner, an edge, a box on a floor."""

import numpy as np
import pytest
from ablating.occlusion import DARKEST, REACH_M, open_share

K = np.array([[100.0, 0, 49.5], [0, 100.0, 39.5], [0, 0, 1]])
ROWS, COLUMNS = np.indices((80, 100))


def depth_of(normal, distance_m):
    """Depth of the plane `normal` . x = distance in axes of the camera."""
    along = normal[0] * (COLUMNS - K[0, 2]) / K[0, 0] + normal[1] * (ROWS - K[1, 2]) / K[1, 1] + normal[2]
    return np.where(along > 1e-6, distance_m / np.maximum(along, 1e-6), np.inf)


def two_walls(nearer):
    """Two walls that meet in the middle of the picture at 90 degrees: a corner of a room, or of a house."""
    walls = depth_of((0.5**0.5, 0, 0.5**0.5), 1.5), depth_of((-(0.5**0.5), 0, 0.5**0.5), 1.5)
    return nearer(*walls).astype(np.float32)


def test_a_wall_covers_nothing_of_its_own_sky():
    for normal in ((0, 0, 1.0), (0.3, -0.2, 0.93)):
        assert open_share(depth_of(normal, 1.5).astype(np.float32), K) == pytest.approx(1)


def test_the_corner_of_a_room_is_dark_and_its_walls_are_not():
    share = open_share(two_walls(np.minimum), K)
    middle, aside = share[10:70, 48:52], share[10:70, [5, 94]]
    assert middle.max() < 0.9
    assert aside.min() > 0.99
    assert share[40, 44] > share[40, 48]


def test_the_corner_of_a_house_is_as_light_as_its_walls():
    assert open_share(two_walls(np.maximum), K)[5:-5, 5:-5].min() > 0.97


def test_what_is_out_of_reach_or_not_there_covers_nothing():
    depth = np.full((80, 100), 1.0 + 2 * REACH_M, np.float32)
    depth[:, 60:] = 1.0
    assert open_share(depth, K)[:, :58] == pytest.approx(1)
    depth[:, 60:] = 0
    assert open_share(depth, K) == pytest.approx(1)


def test_shares_are_shares():
    depth = np.random.default_rng(0).uniform(0.5, 3, (80, 100)).astype(np.float32)
    share = open_share(depth, K)
    assert share.min() >= DARKEST
    assert share.max() <= 1
