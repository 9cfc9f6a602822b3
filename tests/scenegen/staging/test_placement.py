from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staging_rooms import IDS, LIBRARY, load, prepared, surface_points, true_distance

from scenegen.config import ObjectsConfig
from scenegen.errors import AssetError
from scenegen.geometry import inverse, transform
from scenegen.staging.collision import REST_CLEARANCE_M
from scenegen.staging.placement import APART_M, LARGEST_M, SMALLEST_M, TOY_DIAGONAL_M, diagonal_m, place_objects
from scenegen.staging.pool import Pool
from scenegen.staging.support import GAP_M, SPREAD_M

CONFIG = ObjectsConfig()
TOLERANCE = 0.015
seeds = st.integers(0, 10**6)
kinds = st.sampled_from(["float", "rest", "mixed"])


def place(seed, config=CONFIG, ids=IDS, load=load, room="furnished"):
    return place_objects(prepared(room).space, Pool(ids), load, config, np.random.default_rng(seed))


def needed(item):
    return CONFIG.clearance_m if item.placement == "float" else REST_CLEARANCE_M


@settings(max_examples=12, deadline=None)
@given(seeds, kinds, st.sampled_from(["furnished", "corner", "scan"]))
def test_nothing_touches_anything(seed, kind, room):
    """Sampled points of each object against room and others, by other samples and exact distances."""
    mesh = prepared(room).room.mesh
    objects = place(seed, replace(CONFIG, placement=kind), room=room).objects
    points = {o.instance: _world_points(o) for o in objects}
    for item in objects:
        p = points[item.instance]
        if item.placement == "float":
            assert true_distance(mesh, p).min() > CONFIG.clearance_m - TOLERANCE
        else:
            assert true_distance(mesh, p).min() > GAP_M / 2
            upper = p[p[:, 2] > p[:, 2].min() + 0.03]
            assert true_distance(mesh, upper).min() > 0
    for a, b in combinations(objects, 2):
        far = true_distance(b.loaded.model.mesh, transform(inverse(b.T_world_object), points[a.instance]))
        # the later one kept its own clearance
        assert far.min() * b.scale > needed(b) - TOLERANCE


def _world_points(item, count=400):
    return transform(item.T_world_object, surface_points(item.loaded.model.mesh, count, np.random.default_rng(1)))


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(0, 4), st.integers(0, 4))
def test_number_is_in_range(seed, low, more):
    placed = place(seed, replace(CONFIG, objects=(low, low + more)))
    assert low <= len(placed.objects) <= low + more
    assert [o.instance for o in placed.objects] == list(range(2, 2 + len(placed.objects)))


def test_number_is_spread_over_the_range():
    counts = Counter(len(place(seed, replace(CONFIG, objects=(1, 3))).objects) for seed in range(60))
    assert set(counts) == {1, 2, 3}
    assert min(counts.values()) > 8


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_floating_objects_are_apart_and_inside(seed):
    placed = place(seed, replace(CONFIG, placement="float"))
    for a, b in combinations(placed.objects, 2):
        assert np.linalg.norm(a.center - b.center) >= APART_M - 1e-9
    for item in placed.objects:
        assert (np.abs(item.center) < [2.5, 2, 2.6]).all()


def test_rotations_are_uniform_when_floating_and_upright_when_resting():
    turns = [
        o.T_world_object[:3, :3] / o.scale
        for s in range(30)
        for o in place(s, replace(CONFIG, placement="float")).objects
    ]
    assert len(turns) > 150
    np.testing.assert_allclose(np.mean(turns, axis=0), 0, atol=0.17)
    for item in place(0, replace(CONFIG, placement="rest", objects=(8, 8))).objects:
        np.testing.assert_allclose(item.T_world_object[2, :3], (0, 0, item.scale), atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_resting_objects_stand_on_something(seed):
    """Straight down from the lowest point there is a surface within the allowed spread."""
    space = prepared().space
    for item in place(seed, replace(CONFIG, placement="rest")).objects:
        p = _world_points(item)
        low = p[p[:, 2] < p[:, 2].min() + 1e-4] - [0, 0, 1e-5]
        down = np.tile(np.float32([0, 0, -1]), (len(low), 1))
        gap = space.bvh.nearest(low.astype(np.float32), down).t
        assert gap.min() == pytest.approx(GAP_M, abs=2e-4)
        assert gap.max() <= SPREAD_M + 2 * GAP_M


def test_mixed_has_both_kinds_and_pure_ones_one():
    found = {
        kind: Counter(o.placement for s in range(6) for o in place(s, replace(CONFIG, placement=kind)).objects)
        for kind in ("float", "rest", "mixed")
    }
    assert set(found["float"]) == {"float"}
    assert set(found["rest"]) == {"rest"}
    assert min(found["mixed"].values()) > 0.25 * found["mixed"].total()


def test_some_things_stand_on_tables():
    heights = [
        transform(o.T_world_object, o.loaded.low)[2]
        for s in range(8)
        for o in place(s, replace(CONFIG, placement="rest")).objects
        if o.loaded.size_m * o.scale < 0.4
    ]
    assert np.mean(np.array(heights) > 0.5) > 0.4


@given(st.floats(0.01, 40), st.sampled_from(["float", "rest"]), st.sampled_from(["real", "paper"]), seeds)
def test_size_rules(natural, kind, rule, seed):
    size = diagonal_m(natural, kind, replace(CONFIG, object_scale=rule), np.random.default_rng(seed))
    toy = TOY_DIAGONAL_M[0] <= size <= TOY_DIAGONAL_M[1]
    if (rule == "paper" and kind == "float") or natural * 0.9 > LARGEST_M[kind]:
        assert toy
    elif natural * 1.1 <= LARGEST_M[kind]:
        assert size >= SMALLEST_M
        assert 0.9 * natural <= size <= max(1.1 * natural, SMALLEST_M)


def test_category_is_drawn_before_model():
    ids = {"cube": ("cube/0",), "slab": ("slab/0", "slab/1"), "stool": ("stool/0",)}
    drawn = Counter(o.category for s in range(30) for o in place(s, ids=ids).objects)
    assert set(drawn) == set(ids)
    assert min(drawn.values()) > 0.22 * drawn.total()


def test_broken_models_are_counted_and_replaced():
    def fragile(asset):
        if asset.startswith("cube"):
            raise AssetError("bad_obj", f"{asset}: cannot be read")
        return load(asset)

    ids = {"cube": ("cube/0",), "slab": ("slab/1",)}
    placed = place(5, replace(CONFIG, objects=(6, 6)), ids, fragile)
    assert len(placed.objects) == 6
    assert placed.replaced["bad_obj"] > 0
    assert not any(o.asset.startswith("cube") for o in placed.objects)


def test_when_all_models_are_broken_the_draws_end():
    def broken(asset):
        raise AssetError("bad_obj", f"{asset}: cannot be read")

    placed = place(0, replace(CONFIG, objects=(5, 5)), load=broken)
    assert placed.objects == ()
    assert placed.replaced == {"bad_obj": 20}


def test_without_ids_there_are_no_objects():
    assert place(0, ids={}).objects == ()


@settings(max_examples=5, deadline=None)
@given(seeds)
def test_same_seed_same_layout(seed):
    one, two = place(seed), place(seed)
    assert [o.asset for o in one.objects] == [o.asset for o in two.objects]
    for a, b in zip(one.objects, two.objects, strict=True):
        np.testing.assert_array_equal(a.T_world_object, b.T_world_object)


def test_assets_and_categories_belong_together():
    for item in place(1).objects:
        assert item.asset in IDS[item.category]
        assert item.loaded.model is LIBRARY[item.asset]
        np.testing.assert_allclose(
            transform(item.T_world_object, (item.loaded.low + item.loaded.high) / 2), item.center
        )
