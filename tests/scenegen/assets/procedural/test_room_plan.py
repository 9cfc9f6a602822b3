"""Floor plans: closed, simple, centred; walls join; openings lie in their walls and do not overlap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenegen.assets.procedural.room_parts.plan import draw_openings, draw_plan
from scenegen.assets.procedural.shapes import clip_ears

SEEDS = st.integers(0, 10_000)


def plan_of(seed):
    rng = np.random.default_rng(seed)
    return draw_plan(rng, (4.0, 6.5), (3.4, 5.0), 2.6), rng


def signed_area(p):
    q = np.roll(p, -1, axis=0)
    return float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum() / 2)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_plans_are_centred_counter_clockwise_and_simple(seed):
    corners = plan_of(seed)[0].corners
    assert np.abs(corners.min(0) + corners.max(0)).max() < 0.003
    area = signed_area(corners)
    assert area > 8
    triangles = corners[clip_ears(corners)]
    assert sum(signed_area(t) for t in triangles) == pytest.approx(area)
    assert all(signed_area(t) > -1e-9 for t in triangles)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_walls_join_and_look_inwards(seed):
    plan, _ = plan_of(seed)
    for k, wall in enumerate(plan.walls):
        following = plan.walls[(k + 1) % len(plan.walls)]
        start_of_next = following.origin + following.length * following.along
        assert np.allclose(wall.origin, start_of_next)
        assert wall.along @ wall.inward == pytest.approx(0)
        assert wall.mitre_left == pytest.approx(following.mitre_right)
    total_turn = sum(np.pi - 2 * np.arctan2(1, w.mitre_left) for w in plan.walls)
    assert total_turn == pytest.approx(2 * np.pi)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_openings_lie_in_their_walls_and_do_not_overlap(seed):
    plan, rng = plan_of(seed)
    openings = draw_openings(rng, plan, 2, 2)
    assert any(o.kind == "door" for o in openings)
    for o in openings:
        assert 0.05 < o.x0 < o.x1 < plan.walls[o.wall].length - 0.05
        assert 0 <= o.z0 < o.z1 <= plan.height - 0.1
        assert o.kind == "window" or o.z0 == 0
    for a in openings:
        for b in openings:
            assert a is b or a.wall != b.wall or a.x1 < b.x0 or b.x1 < a.x0


def test_all_shapes_of_plan_occur():
    assert {plan_of(seed)[0].shape for seed in range(80)} == {
        "rectangle", "ell", "tee", "cut", "bay", "alcove", "chimney",
    }  # fmt: skip
