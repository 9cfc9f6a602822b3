import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from torch.nn.functional import normalize

from training.objectives.objective import OF_LENGTH_ONE
from training.objectives.pixel_pairs import PixelPairs
from training.objectives.stable import StableSettings, optimum
from training.running.health import auroc, check, effective_rank
from training.running.health import measure_health as measure_in

B, D, H, W = 2, 16, 24, 32


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def grid_matches(positives=0.5):
    """Every pixel of view 0; positives match the same pixel, negatives a random one; the last column is padding."""
    y, x = torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij")
    xy0 = torch.stack([x, y], -1).reshape(1, -1, 2).expand(B, -1, -1).int()
    generator = seeded(1)
    positive = torch.rand(xy0.shape[:2], generator=generator) < positives
    other = torch.stack([torch.randint(n, xy0.shape[:2], generator=generator) for n in (W, H)], -1)
    valid = xy0[..., 0] < W - 1
    xy1 = torch.where(positive[..., None], xy0, other.int()).float()
    return PixelPairs(xy0, xy1, positive & valid, valid)


PAPER, OFFICIAL = (optimum(StableSettings(scale=scale)) for scale in ("paper", "official"))


def measure(features0, features1, matches, scale=PAPER):
    return measure_in(features0, features1, matches, scale)


def bits(scale=0.25):
    return (torch.randint(2, (B, D, H, W), generator=seeded()) * 2 - 1) * scale


def test_perfect_bits_are_healthy():
    health = measure(bits(), bits(), grid_matches())
    assert health.saturation == 1
    assert health.sign_entropy > 0.99
    assert health.active_bits == D
    assert health.bit_correlation < 0.05
    assert health.positive_distance == 0
    assert health.negative_distance == pytest.approx(0.5, abs=0.01)
    assert health.auroc > 0.99
    assert health.gradient_channels > 0  # ties go to the lowest channel
    assert health.effective_rank > 0.97 * D
    assert health.spread == pytest.approx(1, abs=0.02)
    assert sum(health.positive_histogram) == health.positive_histogram[0]
    assert health.negative_histogram[16] == max(health.negative_histogram)
    assert check([health] * 9) is None


def test_official_bits_are_healthy_in_their_own_scale_only():
    assert measure(bits(0.5), bits(0.5), grid_matches(), OFFICIAL).saturation == 1
    assert measure(bits(0.5), bits(0.5), grid_matches(), PAPER).saturation == 0


def test_constant_features_ring_the_alarm_after_k_checks():
    constant = torch.linspace(-1, 1, D)[None, :, None, None].expand(B, D, H, W)
    noise = 1e-3 * torch.randn(B, D, H, W, generator=seeded())
    health = measure(constant + noise, constant + noise, grid_matches())
    assert health.effective_rank < 1.1
    assert health.spread < 0.01
    assert check([health] * 4) is None
    alarm = check([health] * 5)
    assert alarm is not None
    assert "\n" not in alarm
    for words in ("collapsed in the last 5 checks", "effective rank 1.0", "of 16", "spread", "negatives", "lower the"):
        assert words in alarm


def test_one_good_check_silences_the_alarm():
    constant = torch.ones(B, D, H, W)
    bad, good = measure(constant, constant, grid_matches()), measure(bits(), bits(), grid_matches())
    assert check([bad] * 9) is not None
    assert check([bad] * 7 + [good] + [bad] * 4) is None


def test_vanished_features_are_seen_though_their_rank_is_full():
    tiny = 1e-4 * torch.randn(B, D, H, W, generator=seeded())
    health = measure(tiny, tiny, grid_matches())
    assert health.effective_rank > 0.9 * D
    assert "apart instead of 0.5" in (check([health] * 5) or "")


def test_matches_no_nearer_than_strangers_are_seen():
    first, second = (torch.randn(B, D, H, W, generator=seeded(s)) * 5 for s in (1, 2))
    health = measure(first, second, grid_matches())
    assert health.auroc == pytest.approx(0.5, abs=0.05)
    assert "AUROC 0.5" in (check([health] * 5) or "")


def test_descriptors_of_length_one_that_tell_nothing_are_seen():
    """Their entries are all in the band of settled bits, which must not silence a low AUROC."""
    first, second = (normalize(torch.randn(B, D, H, W, generator=seeded(s))) for s in (1, 2))
    health = measure(first, second, grid_matches(), OF_LENGTH_ONE)
    assert health.saturation == 1
    assert health.effective_rank > 0.9 * D
    assert "AUROC 0.5" in (check([health] * 5) or "")
    assert check([measure(first, first, grid_matches(), OF_LENGTH_ONE)] * 5) is None


@pytest.mark.parametrize("scale", [PAPER, OF_LENGTH_ONE])
def test_a_dead_network_is_seen_though_it_is_alive_at_the_borders(scale):
    """Four channels, the same everywhere but in a frame of two pixels that differ among themselves."""
    dead = torch.tensor([0.5, -0.5, 0.5, 0.5])[None, :, None, None].repeat(B, 1, H, W)
    inside = torch.zeros(H, W, dtype=torch.bool)
    inside[2:-2, 2:-2] = True
    frame = 0.5 * torch.randn(B, 4, H, W, generator=seeded()).sign()
    health = measure(torch.where(inside, dead, frame), torch.where(inside, dead, frame), grid_matches(), scale)
    assert health.effective_rank > 1.5
    assert health.spread > 0.1
    assert health.negative_distance > 0.05 * health.optimum
    assert health.auroc > 0.55
    assert "% of the negatives as good as equal" in (check([health] * 5) or "")


def test_features_that_are_not_finite_ring_at_once():
    broken = bits().clone()
    broken[0, 0] = math.nan
    health = measure(broken, broken, grid_matches())
    alarm = check([health])
    assert alarm is not None
    assert "not finite" in alarm
    assert "learning rate" in alarm


def test_copied_and_dead_channels_are_counted():
    features = bits().clone()
    features[:, 1] = features[:, 0]
    features[:, 2:] = 0.1
    health = measure(features, features, grid_matches())
    assert health.active_bits == 2
    assert health.bit_correlation == pytest.approx(1)
    assert health.gradient_channels <= 2 / D
    assert measure(torch.full_like(features, 0.1), features, grid_matches()).bit_correlation == 0


def test_gradient_channels_are_those_that_win_the_maximum():
    features = torch.randn(B, D, H, W, generator=seeded())
    assert measure(features, features, grid_matches()).gradient_channels == 1
    features[:, 4:] *= 1e-3
    assert measure(features, features, grid_matches()).gradient_channels == 4 / D


@pytest.mark.parametrize(
    ("p", "scale", "expected"),
    [
        ("inf", PAPER, 0.3),
        ("1", PAPER, 0.3 * D),
        ("2", PAPER, 0.3 * D**0.5),
        ("1", OFFICIAL, 0.3),
        ("2", OFFICIAL, 0.09),
    ],
)
def test_distance_is_that_of_the_objective(p, scale, expected):
    zeros = torch.zeros(B, D, H, W)
    health = measure(zeros, zeros + 0.3, grid_matches(), dataclasses.replace(scale, norm=p))
    assert health.positive_distance == pytest.approx(expected, rel=1e-5)


def test_padding_is_not_looked_at():
    matches = grid_matches()
    features = bits().clone()
    features[..., W - 1] = 100
    padded = ~matches.valid
    xy1 = torch.where(padded[..., None], torch.tensor([W - 1.0, 0]), matches.xy1.clamp(max=W - 2))
    health = measure(features, features, dataclasses.replace(matches, xy1=xy1))
    assert health.negative_distance < 1


def test_no_positive_gives_nan_and_no_alarm_by_itself():
    health = measure(bits(), bits(), grid_matches(positives=0))
    assert math.isnan(health.auroc)
    assert math.isnan(health.positive_distance)
    assert check([health] * 9) is None


def test_numbers_are_plain_floats_without_histograms():
    numbers = measure(bits(), bits(), grid_matches()).numbers()
    assert all(type(value) is float for value in numbers.values())
    assert "auroc" in numbers
    assert "positive_histogram" not in numbers


def test_measuring_is_pure():
    before = torch.random.get_rng_state()
    features = bits().requires_grad_()
    assert measure(features, features, grid_matches()) == measure(features, features, grid_matches())
    assert torch.equal(before, torch.random.get_rng_state())


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_auroc_is_scikit_learns_and_ties_count_half(near, far):
    truth = [0] * len(near) + [1] * len(far)
    got = auroc(torch.tensor(near).float(), torch.tensor(far).float())
    assert got == pytest.approx(roc_auc_score(truth, near + far))


@pytest.mark.parametrize("rank", [1, 3, 8])
def test_effective_rank_of_equal_orthogonal_directions_is_their_number(rank):
    basis = torch.eye(8)[:rank].repeat(10, 1)
    assert effective_rank(basis) == pytest.approx(rank)
    rng = np.random.default_rng(0).normal(size=(50, 6)) * [1, 2, 3, 4, 5, 6]
    share = np.linalg.svd(rng, compute_uv=False)
    share /= share.sum()
    assert effective_rank(torch.tensor(rng)) == pytest.approx(np.exp(-(share * np.log(share)).sum()), rel=1e-6)
    assert effective_rank(torch.zeros(5, 3)) == 0
