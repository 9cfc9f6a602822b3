"""Balanced bits told apart by their share: a loop in plain floats, the optimum, collapse, medians, and what moves."""

import math
import statistics
from dataclasses import replace

import pytest
import torch
from bit_codes import (
    codes,
    distinct_matches,
    slow_direction,
    terms_without_positives,
    totals_with_and_without_autocast,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import (
    both_directions,
    descriptor,
    gradients_are_right,
    random_features,
    random_matches,
    seen,
    where,
)

from training.objectives.infonce import infonce
from training.objectives.options import InfoNceSettings, StableBitsSettings
from training.objectives.stable_bits import balanced_bits, stable_bits

SETTINGS = StableBitsSettings(bits=3.0, radius_px=2.0)


def code(map, b, xy):
    """The descriptor at the root mean square 1/4."""
    values = descriptor(map, b, xy)
    rms = math.sqrt(sum(v * v for v in values) / len(values))
    return [v / rms / 4 for v in values]


def share(a, c):
    """4 times the mean square difference."""
    return 4 * sum((p - q) ** 2 for p, q in zip(a, c, strict=True)) / len(a)


def slow_parts(b, matches, features):
    """`bits` and `settled`."""
    pixels = [
        code(map, b, xy[b, n])
        for map, xy in zip(features, (matches.xy0, matches.xy1), strict=True)
        for n in where(matches.valid[b])
    ]
    squares, near = [], []
    for channel in zip(*pixels, strict=True):
        middle = statistics.median_low(channel)
        squares += [(v - (0.25 if v > middle or v == middle > 0 else -0.25)) ** 2 for v in channel]
        near += [0.2 <= abs(v) <= 0.3 for v in channel]
    return statistics.mean(squares), statistics.mean(near)


@hypothesis_settings(max_examples=20)
@given(seed=st.integers(0, 999), count=st.integers(4, 10))
def test_equals_the_loop(seed, count):
    features, matches = random_features(seed, 2, 4, 6, 7), random_matches(seed, 2, count, 6, 7, padded=False)
    terms = stable_bits(seen(*features, matches), SETTINGS)
    for b in range(2):
        forward, backward = (
            slow_direction(b, matches, *way, code, share) for way in both_directions(features, matches)
        )
        bits, settled = slow_parts(b, matches, features)
        assert terms["forward"][b].item() == pytest.approx(forward, rel=1e-9, abs=1e-9)
        assert terms["backward"][b].item() == pytest.approx(backward, rel=1e-9, abs=1e-9)
        assert terms["bits"][b].item() == pytest.approx(bits, rel=1e-9, abs=1e-9)
        assert terms["settled"][b].item() == pytest.approx(settled, abs=1e-6)
        assert terms["total"][b].item() == pytest.approx((forward + backward) / 2 + 3 * bits, rel=1e-9, abs=1e-9)


def test_competition_is_that_of_infonce_at_the_temperature_that_candidates_give():
    matches = distinct_matches(40, 20, 20)
    features = random_features(1, 1, 8, 20, 20)
    plain = infonce(seen(*features, matches), InfoNceSettings(temperature=1 / (2 * math.log(40)), radius_px=2.0))
    terms = stable_bits(seen(*features, matches), SETTINGS)
    assert terms["forward"].item() == pytest.approx(plain["forward"].item(), rel=1e-9)
    assert terms["backward"].item() == pytest.approx(plain["backward"].item(), rel=1e-9)


def test_settled_codes_are_an_optimum():
    matches = distinct_matches(40, 20, 20)
    maps = codes(matches, 20, 20, bits=64).requires_grad_()
    terms = stable_bits(seen(maps[0], maps[1], matches), SETTINGS)
    assert terms["settled"].item() == 1
    assert terms["bits"].item() == 0
    assert terms["forward"].item() < 0.1


def test_collapse_costs_the_log_of_the_pixels_compared():
    matches = distinct_matches(40, 40, 40)
    flat = torch.ones(1, 8, 40, 40)
    terms = stable_bits(seen(flat, flat, matches), replace(SETTINGS, radius_px=0.0))
    assert terms["forward"].item() == pytest.approx(math.log(40), rel=1e-5)


def test_half_of_the_pixels_are_drawn_to_either_side_wherever_the_channel_lies():
    values = torch.arange(10.0).view(1, 1, 10) + torch.tensor([-100.0, 0.0, 100.0]).view(1, 3, 1)
    present = torch.ones(1, 10, dtype=torch.bool)
    assert (balanced_bits(values, present) > 0).sum(2).tolist() == [[5, 6, 6]]
    present[0, 6:] = False  # of 0 to 5, three; the median itself keeps its side
    assert (balanced_bits(values, present)[..., :6] > 0).sum(2).tolist() == [[3, 4, 4]]


def test_a_channel_that_says_nothing_is_drawn_to_one_side():
    assert (balanced_bits(torch.zeros(1, 2, 9), torch.ones(1, 9, dtype=torch.bool)) == -0.25).all()


def test_a_channel_that_never_changes_sign_is_drawn_apart():
    matches = distinct_matches(40, 40, 40)
    maps = [(map.detach().abs() + 0.1).requires_grad_() for map in random_features(0, 1, 8, 40, 40)]
    (slope, _) = torch.autograd.grad(stable_bits(seen(*maps, matches), SETTINGS)["bits"].sum(), maps)
    x, y = matches.xy0[0].long().T
    pull = -slope[0, :, y, x]
    assert ((pull > 0).any(1) & (pull < 0).any(1)).all()


def test_gradients():
    assert gradients_are_right(stable_bits, SETTINGS)


def test_no_positives_leaves_the_bits_alone():
    terms, slopes = terms_without_positives(stable_bits, SETTINGS)
    assert terms["forward"][0] == terms["backward"][0] == 0
    assert terms["total"][0].item() == pytest.approx(3 * terms["bits"][0].item())
    assert torch.isfinite(slopes).all()


def test_autocast_does_not_touch_the_arithmetic():
    assert torch.equal(*totals_with_and_without_autocast(stable_bits, SETTINGS))
