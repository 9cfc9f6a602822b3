"""No ray that meets a box is lost, and few that do not are kept: against the slab test, ray by ray."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.geometry import compose, inverse, rotation_about
from scenegen.tracing.culling import PAD, PAD_M, RUN, Boxes, boxes_of, bundle_of

seeds = st.integers(0, 2**32 - 1)


def crowd(rng, count=4):
    """Boxes of all shapes and sizes: low and high corners, similarities, and the boxes."""
    low = rng.normal(size=(count, 3))
    high = low + 10 ** rng.uniform(-2, 1, (count, 3)) * (rng.random((count, 3)) > 0.2)
    poses = []
    for _ in range(count):
        scale = 10 ** rng.uniform(-2, 1)
        poses.append(compose(rotation_about(rng.normal(size=3), rng.uniform(0, 6)), rng.normal(size=3) * 3, scale))
    return low, high, poses, boxes_of(list(low), list(high), poses)


def rays_of(rng, boxes: Boxes, eye, count):
    """Directions, most of them about the middles of the boxes, some neighbours close to each other, some not."""
    middle = boxes.center[rng.integers(0, len(boxes.center), count)]
    spread = boxes.radius.max() * 10 ** rng.uniform(-2, 0.3)
    directions = (middle - eye + rng.normal(size=(count, 3)) * spread) * 10 ** rng.uniform(-1, 1)
    order = np.lexsort(directions.T) if rng.random() < 0.5 else np.arange(count)
    return directions[order].astype(np.float32)


def slab(low, high, pose, origins, directions, pad):
    """(R,) whether rays meet a box widened by `pad` mesh units: the textbook's slab test in float64."""
    T = inverse(pose)
    o = origins @ T[:3, :3].T + T[:3, 3]
    d = directions.astype(float) @ T[:3, :3].T
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.sort(np.stack([(low - pad - o) / d, (high + pad - o) / d]), axis=0)
    enter, leave = np.nanmax(t[0], axis=1), np.nanmin(t[1], axis=1)
    return (enter <= leave) & (leave >= 0)


def eye_of(rng, boxes, where):
    """A point far away, near, inside the first box, or on the line of one of its edges."""
    inside = boxes.center[0]
    if where == "edge":
        body_world = boxes.T_body_world[0]
        local = np.array([*boxes.high[0, :2], boxes.high[0, 2] + 3 * (boxes.high[0, 2] - boxes.low[0, 2])])
        return inverse(body_world)[:3, :3] @ local + inverse(body_world)[:3, 3]
    distance = {"far": 30, "near": 1.2, "inside": 0.0}[where]
    return inside + rng.normal(size=3) * boxes.radius[0] * distance


@pytest.mark.parametrize("where", ["far", "near", "inside", "edge"])
@given(seeds, st.integers(1, 5 * RUN))
def test_rays_of_one_eye_that_meet_a_box_are_kept_and_others_not(where, seed, count):
    rng = np.random.default_rng(seed)
    low, high, poses, boxes = crowd(rng)
    eye = eye_of(rng, boxes, where).astype(np.float32)
    directions = rays_of(rng, boxes, eye, count)
    for k, kept in enumerate(bundle_of(eye[None], directions).passing(boxes)):
        assert np.array_equal(kept, np.unique(kept))
        hit = slab(low[k], high[k], poses[k], eye.astype(float), directions, 0)
        assert np.isin(np.flatnonzero(hit), kept).all()
        scale = np.linalg.norm(poses[k][:3, 0])
        pad = 2 * (PAD * np.linalg.norm(high[k] - low[k]) / 2 + PAD_M / scale) + 1e-4 * np.abs(eye).max() / scale
        if where != "edge":
            assert slab(low[k], high[k], poses[k], eye.astype(float), directions[kept], pad).all()


@given(seeds, st.integers(0, 100))
def test_rays_of_many_eyes_that_meet_a_box_are_kept(seed, count):
    rng = np.random.default_rng(seed)
    low, high, poses, boxes = crowd(rng)
    eyes = (boxes.center[0] + rng.normal(size=(count, 3)) * boxes.radius[0] * 2).astype(np.float32)
    directions = (boxes.center[rng.integers(0, 4, count)] - eyes + rng.normal(size=(count, 3))).astype(np.float32)
    for k, kept in enumerate(bundle_of(eyes, directions).passing(boxes)):
        hit = slab(low[k], high[k], poses[k], eyes.astype(float), directions, 0)
        assert np.isin(np.flatnonzero(hit), kept).all()


def test_a_box_beside_the_picture_costs_no_ray():
    x, y = np.meshgrid(np.linspace(-0.6, 0.6, 64), np.linspace(-0.5, 0.5, 48))
    directions = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], axis=1).astype(np.float32)
    at = [compose(np.eye(3), [4.0 * k, 0, 4]) for k in (-1, 0, 1)]
    boxes = boxes_of([np.full(3, -0.5)] * 3, [np.full(3, 0.5)] * 3, at)
    left, middle, right = bundle_of(np.zeros((1, 3), np.float32), directions).passing(boxes)
    expected = (np.abs(directions[:, :2]) <= 0.5 / 3.5).all(1)
    assert len(left) == 0
    assert len(right) == 0
    assert expected.sum() <= len(middle) <= 1.1 * expected.sum()


def test_no_rays_and_no_boxes():
    origins, none = np.zeros((1, 3), np.float32), np.zeros((0, 3), np.float32)
    one = boxes_of([np.zeros(3)], [np.ones(3)], [np.eye(4)])
    assert [len(index) for index in bundle_of(origins, none).passing(one)] == [0]
    assert [len(index) for index in bundle_of(none, none).passing(one)] == [0]
    assert not list(bundle_of(origins, origins + 1).passing(boxes_of([], [], [])))
