"""Vectors from similarities: against loops in plain floats, on position codes, and the one convention of pixels."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from match_maker import seeded
from torch.nn.functional import grid_sample, normalize

from training.objectives import vectors
from training.objectives.gather import gather
from training.objectives.vectors import (
    compose,
    finer,
    global_vectors,
    mixture_at,
    mixture_of_vectors,
    pixel_coordinates,
    regress,
    regress_at,
    warp_maps,
)

SHARP = 2000.0
"""Gain of position codes: the nearest pixel wins, and only exact ties are shared."""
LIFT = 1e6
"""Above every squared distance, so that no logit is as low as one beyond the border."""


def drawn(seed, *shape):
    """Two float64 maps."""
    both = torch.randn(2, *shape, generator=seeded(seed), dtype=torch.float64)
    return both[0], both[1]


def codes(xy):
    """Queries and keys (B, 1, 4, H, W) of points (B, 2, H, W) with q(a) . k(b) / 2 = SHARP (LIFT - |a - b|^2)."""
    x, y = xy.double().unbind(1)
    ones, squares = torch.ones_like(x), x * x + y * y
    queries = torch.stack([2 * x, 2 * y, ones, LIFT - squares], 1) * SHARP * 2
    keys = torch.stack([x, y, -squares, ones], 1)
    return queries.unsqueeze(1), keys.unsqueeze(1)


def pyramid(moved, size, levels):
    """Queries and keys of each level, coarse to fine: level k's pixels stand for the middle of what they cover.

    `moved` maps points of view 0 to view 1. Keys know the points of view 0 that they show; in level pixels.
    """
    queries, keys = [], []
    for k in reversed(range(levels)):
        grid = pixel_coordinates(torch.zeros(1, 1, -(-size >> k), -(-size >> k), dtype=torch.float64)).unsqueeze(0)
        middle = (grid + 0.5) * 2**k - 0.5
        queries.append(codes(middle / 2**k)[0])
        keys.append(codes(moved(middle) / 2**k)[1])
    return queries, keys


# ---- mixture of vectors


def slow_mixture(q, k, b, x, y, a):
    """Eq. of the vector embedding unit, in plain floats."""
    heads, channels, height, width = q.shape[1:]
    mean = [0.0, 0.0]
    for j in range(heads):
        logits = {}
        for dx in range(-a, a + 1):
            for dy in range(-a, a + 1):
                inside = 0 <= x + dx < width and 0 <= y + dy < height
                dots = (float(q[b, j, c, y, x] * k[b, j, c, y + dy, x + dx]) for c in range(channels) if inside)
                logits[dx, dy] = sum(dots) / math.sqrt(channels) if inside else -1000.0
        most = max(logits.values())
        share = {offset: math.exp(logit - most) for offset, logit in logits.items()}
        for axis in range(2):
            mean[axis] += sum(s * offset[axis] for offset, s in share.items()) / sum(share.values()) / heads
    return mean


@settings(max_examples=10)
@given(
    seed=st.integers(0, 99),
    amplitude=st.integers(1, 3),
    heads=st.integers(1, 3),
    height=st.integers(1, 5),
    width=st.integers(1, 5),
)
def test_the_mixture_equals_the_loop(seed, amplitude, heads, height, width):
    q, k = drawn(seed, 2, heads, 3, height, width)
    got = mixture_of_vectors(q, k, amplitude)
    assert got.shape == (2, 2, height, width)
    for b in range(2):
        for y in range(height):
            for x in range(width):
                assert got[b, :, y, x].tolist() == pytest.approx(slow_mixture(q, k, b, x, y, amplitude), abs=1e-9)


@pytest.mark.parametrize("function", [lambda q, k: mixture_of_vectors(q, k, 2), global_vectors])
def test_gradients_in_float64(function):
    q, k = (each.requires_grad_() for each in drawn(0, 1, 2, 3, 4, 3))
    assert torch.autograd.gradcheck(function, (q, k))


def test_the_mixture_does_not_hold_keys_for_each_offset():
    """What autograd keeps: the padded keys once, and the logits; unfolded keys would be d times as much."""
    channels, side = 16, 24
    q, k = (each.requires_grad_() for each in drawn(0, 1, 1, channels, side, side))
    kept = {}

    def keep(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        mixture_of_vectors(q, k, 2)
    assert sum(kept.values()) < 0.5 * 25 * k.untyped_storage().nbytes()


def test_the_mixture_is_the_mean_over_heads():
    q, k = drawn(1, 2, 3, 4, 5, 6)
    each = [mixture_of_vectors(q[:, j : j + 1], k[:, j : j + 1], 2) for j in range(3)]
    torch.testing.assert_close(mixture_of_vectors(q, k, 2), torch.stack(each).mean(0))


# ---- the global step


@settings(max_examples=10)
@given(seed=st.integers(0, 99), heads=st.integers(1, 2), height=st.integers(1, 3), width=st.integers(1, 4))
def test_the_global_step_equals_the_loop(seed, heads, height, width):
    q, k = drawn(seed, 1, heads, 3, height, width)
    places = [(x, y) for y in range(height) for x in range(width)]
    got = global_vectors(q, k)

    def score(j, a, b):
        return sum(float(q[0, j, c, a[1], a[0]] * k[0, j, c, b[1], b[0]]) for c in range(3)) / math.sqrt(3)

    for a in places:
        mean = [0.0, 0.0]
        for j in range(heads):
            rows = sum(math.exp(score(j, a, b)) for b in places)
            shares = {}
            for b in places:
                columns = sum(math.exp(score(j, c, b)) for c in places)
                shares[b] = math.exp(score(j, a, b)) ** 2 / rows / columns
            for axis in range(2):
                expected = sum(share * b[axis] for b, share in shares.items()) / sum(shares.values())
                mean[axis] += (expected - a[axis]) / heads
        assert got[0, :, a[1], a[0]].tolist() == pytest.approx(mean, abs=1e-9)


# ---- one convention of pixel centres, against analytic ramps


def ramp(height, width):
    """A map (1, 2, H, W) whose values are the pixels' own places."""
    return pixel_coordinates(torch.zeros(height, width, dtype=torch.float64)).unsqueeze(0)


@settings(max_examples=20)
@given(x=st.floats(-0.99, 0.99), y=st.floats(-0.99, 0.99), height=st.integers(3, 40), width=st.integers(3, 40))
def test_warping_a_ramp_adds_the_displacement(x, y, height, width):
    """Bilinear reading is exact on a ramp: an error of convention would grow with the distance from the centre."""
    flow = torch.tensor([x, y], dtype=torch.float64).view(1, 2, 1, 1).expand(1, 2, height, width)
    read = warp_maps(ramp(height, width), flow)[..., 1:-1, 1:-1]
    expected = (ramp(height, width) + flow)[..., 1:-1, 1:-1]
    torch.testing.assert_close(read, expected, rtol=0, atol=1e-9)


def test_beyond_the_picture_its_border_is_read():
    away = torch.full((1, 2, 5, 5), 9.0, dtype=torch.float64)
    torch.testing.assert_close(warp_maps(ramp(5, 5), away), torch.full((1, 2, 5, 5), 4.0, dtype=torch.float64))


def test_half_a_convention_drifts():
    """The released code scales coordinates for aligned corners and samples without: 0.5 px off at the border."""
    size = 64
    x, y = ramp(size, size).unbind(1)
    mixed = torch.stack([2 * x / (size - 1) - 1, 2 * y / (size - 1) - 1], dim=-1)
    drift = grid_sample(ramp(size, size), mixed, padding_mode="border", align_corners=False)
    away = (drift - ramp(size, size))[0, 0, 0].abs()
    assert away[size // 2] < 0.02
    assert away[1] > 0.4
    torch.testing.assert_close(warp_maps(ramp(size, size), torch.zeros(1, 2, size, size).double()), ramp(size, size))


@pytest.mark.parametrize("side", [8, 7])
def test_a_finer_displacement_is_the_same_map(side):
    """T(p) = 1.25 p + 3 in full pixels, written in the level's: pixel i of a level covers 2 i and 2 i + 1 of the next."""
    coarse, fine = ramp(4, 4), ramp(side, side)
    written = (0.25 * ((coarse + 0.5) * 2 - 0.5) + 3) / 2
    got = finer(written, side, side)
    inner = slice(1, 7)  # beyond the outer pixels' centres there is nothing to interpolate
    torch.testing.assert_close(got[..., inner, inner], (0.25 * fine + 3)[..., inner, inner])


def test_composition_is_one_map_after_the_other():
    place = ramp(12, 12)
    flow, step = 0.1 * place + 1, torch.full_like(place, 0.75)
    inner = slice(0, 11)
    expected = 0.75 + 0.1 * (place + 0.75) + 1
    torch.testing.assert_close(compose(flow, step)[..., inner, inner], expected[..., inner, inner])


# ---- coarse to fine


MARGIN_PX = {"local": 16, "global": 40}
"""So near to the border of either view coarse matches lie outside, or compete for the pixels of the border."""


def recovered(shift, coarsest, size=224):
    """Displacements (N, 2) found by position codes where p and its match lie in the picture, not near its border."""
    found = regress(*pyramid(shifted(shift), size, 5), 2, coarsest)
    margin, place = MARGIN_PX[coarsest], pixel_coordinates(found)
    both = torch.cat([place, place + torch.tensor(shift).view(2, 1, 1)])
    kept = ((both >= margin) & (both <= size - 1 - margin)).all(0)
    assert kept.sum() > 1000
    return found[0][:, kept].T


def shifted(shift):
    """View 1 shows at b the point b - shift of view 0."""
    return lambda xy: xy - torch.tensor(shift, dtype=torch.float64).view(1, 2, 1, 1)


@pytest.mark.parametrize("coarsest", ["local", "global"])
def test_no_displacement_between_equal_pictures(coarsest):
    found = regress(*pyramid(shifted((0, 0)), 32, 4), 2, coarsest)
    torch.testing.assert_close(found, torch.zeros_like(found), rtol=0, atol=1e-6)


@pytest.mark.parametrize("shift", [(62, 0), (-62, 31), (40, -23), (1, 0), (-5, 62)])
@pytest.mark.parametrize("coarsest", ["local", "global"])
def test_a_shift_within_reach_is_recovered_exactly(shift, coarsest):
    found = recovered(shift, coarsest)
    torch.testing.assert_close(found, torch.tensor(shift).double().expand_as(found), rtol=0, atol=1e-6)


def test_beyond_its_reach_only_the_global_step_arrives():
    """a (2^L - 1) = 62 px at a = 2 and five levels; the released code's augmentation moves pictures by up to 173 px."""
    shift = (90, 0)
    assert (recovered(shift, "local")[:, 0] <= 62).all()
    found = recovered(shift, "global")
    torch.testing.assert_close(found, torch.tensor(shift).double().expand_as(found), rtol=0, atol=1e-6)


def test_the_global_step_is_the_only_difference():
    assert set(vectors.STARTS) == {"global", "local"}
    q, k = drawn(0, 2, 1, 4, 6, 6)
    torch.testing.assert_close(regress([q], [k], 2, "local"), mixture_of_vectors(q, k, 2))


def test_swapping_the_views_turns_a_cyclic_shift_around():
    """On a cyclic shift by whole pixels view 1's displacement is minus view 0's, read at the match."""
    sharp, shift = 20 * normalize(drawn(3, 1, 1, 12, 16, 16)[0], dim=2), (2, -1)
    other = torch.roll(sharp, (shift[1], shift[0]), (3, 4))
    there, back = mixture_of_vectors(sharp, other, 2), mixture_of_vectors(other, sharp, 2)
    again = torch.roll(back, (-shift[1], -shift[0]), (2, 3))
    inner = slice(3, -3)
    torch.testing.assert_close(there[..., inner, inner], -again[..., inner, inner], rtol=0, atol=1e-4)
    assert there[0, :, 8, 8].tolist() == pytest.approx(shift, abs=1e-4)


def test_pictures_of_a_batch_do_not_see_each_other():
    levels = [drawn(side, 3, 2, 4, side, side) for side in (3, 5, 10)]  # sides that are not halves of each other
    together = regress([q for q, _ in levels], [k for _, k in levels], 2, "global")
    alone = regress([q[1:2] for q, _ in levels], [k[1:2] for _, k in levels], 2, "global")
    torch.testing.assert_close(together[1:2], alone)


@given(seed=st.integers(0, 999), amplitude=st.integers(1, 3))
def test_a_step_at_some_pixels_is_the_dense_step_there(seed, amplitude):
    draw = seeded(seed)
    queries, keys = torch.randn(2, 2, 3, 4, 9, 7, generator=draw, dtype=torch.float64)
    xy = torch.stack([torch.randint(7, (2, 30), generator=draw), torch.randint(9, (2, 30), generator=draw)], dim=2)
    dense = mixture_of_vectors(queries, keys, amplitude)
    torch.testing.assert_close(mixture_at(queries, keys, amplitude, xy), gather(dense, xy, "nearest"))


@pytest.mark.parametrize("coarsest", ["global", "local"])
@pytest.mark.parametrize("levels", [1, 3])
def test_the_displacement_at_some_pixels_is_the_dense_one_with_its_gradients(coarsest, levels):
    draw = seeded(3)
    sides = [4 * 2**level for level in range(levels)]
    maps = [
        [torch.randn(2, 2, 3, side, side, generator=draw, dtype=torch.float64).requires_grad_() for side in sides]
        for _ in range(2)
    ]
    xy = torch.randint(sides[-1], (2, 20, 2), generator=draw)
    weights = torch.randn(2, 2, 20, generator=draw, dtype=torch.float64)
    at, dense = regress_at(*maps, 2, coarsest, xy), gather(regress(*maps, 2, coarsest), xy, "nearest")
    torch.testing.assert_close(at, dense)
    leaves = [*maps[0], *maps[1]]
    found, expected = (torch.autograd.grad((value * weights).sum(), leaves) for value in (at, dense))
    torch.testing.assert_close(found, expected)
