import numpy as np
import pytest
from staging_rooms import load, stool, true_distance

from scenegen.geometry import compose, rotation_about
from scenegen.staging.objects import PlacedObject, loaded_object


def test_probes_and_samples_lie_on_the_surface():
    loaded = load("stool/0")
    for points in (loaded.probes, loaded.skin.points):
        assert true_distance(loaded.model.mesh, points).max() < 1e-6
    assert 300 < len(loaded.probes) < 600


def test_the_outermost_vertices_are_probed():
    loaded = loaded_object(stool())
    for axis in range(3):
        assert loaded.probes[:, axis].min() == pytest.approx(loaded.low[axis], abs=1e-6)
        assert loaded.probes[:, axis].max() == pytest.approx(loaded.high[axis], abs=1e-6)


def test_size_is_the_diagonal_of_the_box():
    loaded = load("cube/0")
    assert loaded.size_m == pytest.approx(0.3 * np.sqrt(3), rel=1e-6)
    assert loaded.size_m == pytest.approx(loaded.model.size_m, rel=1e-6)


def test_a_placed_object_knows_scale_middle_and_body():
    T = compose(rotation_about((0, 1, 1), 0.7), (1, 2, 3), 0.4)
    placed = PlacedObject("cube/0", "cube", T, 5, "float", load("cube/0"))
    body = placed.body()
    assert placed.scale == pytest.approx(0.4)
    np.testing.assert_allclose(placed.center, (1, 2, 3), atol=1e-6)
    assert body.instance == 5
    assert body.sphere[1] == pytest.approx(0.4 * placed.loaded.size_m / 2, rel=1e-3)
