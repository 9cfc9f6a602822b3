"""The stable loss against a float64 loop over pixels, finite differences, and the values the equations promise."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import random_features, random_matches, seeded

from training.errors import RequestError
from training.objectives import stable
from training.objectives.pixel_pairs import PixelPairs

NORMS = ("inf", "1", "2")
SCALES = ("paper", "official")
every_norm = pytest.mark.parametrize("p", NORMS)
every_scale = pytest.mark.parametrize("scale", SCALES)
SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(2, 5), st.integers(2, 5), st.integers(0, 9))


# -- an independent reference: plain floats, one pixel at a time, written from the equations --------------------------


def pixel_of(features, xy):
    height, width = features.shape[-2:]
    x, y = (math.floor(float(value) + 0.5) for value in xy)
    return min(max(x, 0), width - 1), min(max(y, 0), height - 1)


def descriptor(features, b, pixel):
    return features[b, :, pixel[1], pixel[0]].tolist()


def slow_distance(a, b, p, scale):
    gaps = [abs(u - v) for u, v in zip(a, b, strict=True)]
    if p == "inf":
        norm = max(gaps)
    elif p == "1":
        norm = sum(gaps) / (1 if scale == "paper" else len(gaps))
    else:
        squares = sum(gap * gap for gap in gaps)
        norm = math.sqrt(squares) if scale == "paper" else squares / len(gaps)
    return norm if scale == "paper" else norm / 2


def slow_loss(distances, flags, scale):
    near = [d for d, flag in zip(distances, flags, strict=True) if flag]
    far = [d for d, flag in zip(distances, flags, strict=True) if not flag]
    if scale == "paper":
        attract = sum(d + d * d for d in near) / max(len(near), 1)
        return attract + sum(-d + d * d for d in far) / max(len(far), 1)
    return (sum(d + d * d for d in near) + sum((d - 0.5) ** 2 for d in far)) / max(len(distances), 1)


def slow_within(features0, features1, matches, p, scale):
    values = []
    for b in range(len(features0)):
        entries = [n for n in range(matches.valid.shape[1]) if matches.valid[b, n]]
        distances = [
            slow_distance(
                descriptor(features0, b, pixel_of(features0, matches.xy0[b, n])),
                descriptor(features1, b, pixel_of(features1, matches.xy1[b, n])),
                p,
                scale,
            )
            for n in entries
        ]
        values.append(slow_loss(distances, [bool(matches.positive[b, n]) for n in entries], scale))
    return values


def slow_between(features0, features1, matches, p, scale, partners):
    values = []
    batch = len(features0)
    shifts = range(1, min(partners, batch - 1) + 1)
    for b in range(batch):
        terms = []
        for shift in shifts:
            other = (b + shift) % batch
            distances = []
            for n in range(matches.valid.shape[1]):
                if not matches.valid[b, n]:
                    continue
                here = pixel_of(features1, matches.xy1[b, n])
                if scale == "paper":
                    partner = descriptor(features1, other, here)
                else:
                    partner = descriptor(features0, other, pixel_of(features0, matches.xy0[b, n]))
                distances.append(slow_distance(partner, descriptor(features1, b, here), p, scale))
            terms.append(slow_loss(distances, [False] * len(distances), scale))
        values.append(sum(terms) / len(terms))
    return values


def close(value, expected):
    torch.testing.assert_close(value, torch.tensor(expected, dtype=value.dtype), atol=1e-9, rtol=1e-9)


# -- equality ----------------------------------------------------------------------------------------------------------


@every_scale
@every_norm
@hypothesis_settings(max_examples=40)
@given(shape=SHAPES, seed=st.integers(0, 9999))
def test_within_equals_the_loop(p, scale, shape, seed):
    batch, channels, height, width, count = shape
    features = random_features(seed, batch, channels, height, width)
    matches = random_matches(seed, batch, count, height, width)
    close(stable.within(*features, matches, p, scale), slow_within(*features, matches, p, scale))


@every_scale
@every_norm
@hypothesis_settings(max_examples=25)
@given(shape=SHAPES, seed=st.integers(0, 9999), partners=st.integers(1, 5))
def test_between_equals_the_loop(p, scale, shape, seed, partners):
    batch, channels, height, width, count = shape
    features = random_features(seed, batch + 1, channels, height, width)
    matches = random_matches(seed, batch + 1, count, height, width)
    value = stable.between(*features, matches, p, scale, partners)
    close(value, slow_between(*features, matches, p, scale, partners))


@every_scale
@every_norm
@pytest.mark.parametrize("lam", [0.0, 0.3, 1.0])
def test_total_weighs_the_terms(p, scale, lam):
    features, matches = random_features(4, 3, 4, 5, 6), random_matches(4, 3, 12, 5, 6)
    settings = stable.StableSettings(p=p, lam=lam, partners=2)
    terms = stable.total(*features, matches, replace(settings, scale=scale))
    expected = lam * stable.within(*features, matches, p, scale)
    expected = expected + (1 - lam) * stable.between(*features, matches, p, scale, 2)
    torch.testing.assert_close(terms["total"], expected)
    assert set(terms) == {"total"} | ({"within"} if lam > 0 else set()) | ({"between"} if lam < 1 else set())


@every_scale
@every_norm
@pytest.mark.parametrize("lam", [0.0, 0.5, 1.0])
def test_gradient(p, scale, lam):
    features, matches = random_features(11, 2, 3, 4, 4), random_matches(11, 2, 8, 4, 4)
    settings = stable.StableSettings(p=p, lam=lam, partners=1)
    assert torch.autograd.gradcheck(
        lambda *maps: stable.total(*maps, matches, replace(settings, scale=scale))["total"], features
    )


def test_bilinear_reading_is_passed_on():
    features = random_features(2, 1, 3, 4, 4)
    matches = replace(random_matches(2, 1, 9, 4, 4, padded=False), xy1=torch.full((1, 9, 2), 1.5))
    blurred = features[1][:, :, 1:3, 1:3].mean((2, 3), keepdim=True).expand_as(features[1])
    assert torch.allclose(
        stable.within(*features, matches, "1", "paper", "bilinear"),
        stable.within(features[0], blurred, matches, "1", "paper"),
    )


# -- promised values ---------------------------------------------------------------------------------------------------


def checkerboard(size, level, channels, flipping, positives, negatives):
    """Features ±level whose first `flipping` channels flip between neighbours; true matches and neighbours as negatives."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    parity = 1 - 2 * ((x + y) % 2)
    features = torch.full((channels, size, size), level, dtype=torch.float64)
    features[:flipping] *= parity
    count = positives + negatives
    xy0 = torch.stack([torch.arange(count) % size, torch.arange(count) // size], dim=-1)
    positive = torch.arange(count) < positives
    step = torch.where(positive, 0, torch.where(xy0[:, 0] + 1 < size, 1, -1))
    xy1 = xy0 + torch.stack([step, torch.zeros_like(step)], dim=-1)
    matches = PixelPairs(xy0.int()[None], xy1.float()[None], positive[None], torch.ones(1, count, dtype=torch.bool))
    return features[None], matches


@every_norm
def test_the_papers_optimum_has_features_of_a_quarter(p):
    features, matches = checkerboard(6, 0.25, 5, 1, 10, 26)  # one channel differs between negatives
    maps = features.clone().requires_grad_(), features.clone().requires_grad_()
    value = stable.within(*maps, matches, p, "paper")
    assert value.item() == -0.25
    value.sum().backward()
    assert all(map.grad is not None and map.grad.abs().max() == 0 for map in maps)


@every_norm
def test_the_official_optimum_has_features_of_a_half(p):
    features, matches = checkerboard(6, 0.5, 5, 1 if p == "inf" else 5, 10, 26)  # its p = 1, 2 are means over channels
    maps = features.clone().requires_grad_(), features.clone().requires_grad_()
    value = stable.within(*maps, matches, p, "official")
    assert value.item() == 0
    value.sum().backward()
    assert all(map.grad is not None and map.grad.abs().max() == 0 for map in maps)


@every_norm
def test_collapse_costs_more_than_the_optimum(p):
    features, matches = checkerboard(6, 0.25, 5, 1, 9, 27)
    flat = torch.full_like(features, 0.7)
    for scale, cost, best in (("paper", 0, features), ("official", 0.25 * (1 - 9 / 36), 2 * features)):
        collapsed = stable.within(flat, flat, matches, p, scale).item()
        assert collapsed == pytest.approx(cost)
        assert collapsed > stable.within(best, best, matches, p, scale).item()


@every_norm
def test_collapse_of_the_between_term(p):
    flat = torch.full((3, 4, 5, 5), 0.3)
    matches = random_matches(0, 3, 8, 5, 5)
    assert stable.between(flat, flat, matches, p, "paper", 2).tolist() == [0, 0, 0]
    assert stable.between(flat, flat, matches, p, "official", 2).tolist() == [0.25, 0.25, 0.25]


@every_norm
@given(seed=st.integers(0, 9999))
def test_no_features_go_below_the_minimum(p, seed):
    features, matches = random_features(seed, 2, 3, 4, 4), random_matches(seed, 2, 9, 4, 4)
    assert (stable.within(*features, matches, p, "paper") >= -0.25).all()
    assert (stable.within(*features, matches, p, "official") >= 0).all()


@given(half=st.integers(1, 20), seed=st.integers(0, 999))
def test_the_scales_convert_at_half_positives_and_equal_distances(half, seed):
    distance = torch.rand(3, 2 * half, generator=seeded(seed), dtype=torch.float64)
    matches = random_matches(seed, 3, 2 * half, 4, 4, padded=False)
    matches = replace(matches, positive=(torch.arange(2 * half) < half).expand(3, -1))
    code, paper = stable.official_loss(distance, matches), stable.paper_loss(distance, matches)
    torch.testing.assert_close(code, (paper + 0.25) / 2)


def test_the_official_norm_of_inf_is_half_the_papers():
    a, b = torch.randn(2, 3, 7, generator=seeded(0)), torch.randn(2, 3, 7, generator=seeded(1))
    assert torch.equal(stable.official_distance(a, b, "inf"), stable.paper_distance(a, b, "inf") / 2)


# -- gradients at awkward points, types, padding -----------------------------------------------------------------------


@every_scale
@every_norm
def test_equal_features_have_a_finite_gradient_of_zero(p, scale):
    a = torch.ones(1, 4, 3, requires_grad=True)
    distance = stable.paper_distance if scale == "paper" else stable.official_distance
    distance(a, torch.ones(1, 4, 3), p).sum().backward()
    assert a.grad is not None
    assert a.grad.abs().max() == 0


@every_scale
def test_the_gradient_of_the_largest_reaches_one_channel_of_a_pixel(scale):
    a = torch.randn(2, 8, 30, generator=seeded(0)).requires_grad_()
    distance = stable.paper_distance if scale == "paper" else stable.official_distance
    distance(a, torch.randn(2, 8, 30, generator=seeded(1)), "inf").sum().backward()
    assert a.grad is not None
    assert ((a.grad != 0).sum(1) == 1).all()
    tie = torch.zeros(1, 8, 1, requires_grad=True)
    distance(tie, torch.ones(1, 8, 1), "inf").sum().backward()
    assert tie.grad is not None
    assert (tie.grad != 0).sum() == 1


@every_scale
@every_norm
def test_arithmetic_is_float32_for_half_precision(p, scale):
    features, matches = random_features(3, 2, 4, 6, 6), random_matches(3, 2, 20, 6, 6)
    halves = [map.detach().bfloat16() for map in features]
    settings = stable.StableSettings(p=p, lam=0.5)
    narrow = stable.total(halves[0], halves[1], matches, replace(settings, scale=scale))
    wide = stable.total(halves[0].float(), halves[1].float(), matches, replace(settings, scale=scale))
    for name, value in wide.items():
        assert narrow[name].dtype == torch.float32
        assert torch.equal(narrow[name], value)


@every_scale
@every_norm
def test_a_pair_without_positives_or_without_anything_contributes_a_differentiable_zero(p, scale):
    features, matches = random_features(6, 3, 4, 5, 5), random_matches(6, 3, 9, 5, 5, padded=False)
    positive, valid = matches.positive.clone(), matches.valid.clone()
    positive[0], valid[1], positive[1] = False, False, False
    value = stable.within(*features, replace(matches, positive=positive, valid=valid), p, scale)
    assert value.isfinite().all()
    assert value[1] == 0
    value.sum().backward()
    assert features[0].grad is not None
    assert features[0].grad.isfinite().all()
    assert features[0].grad[1].abs().max() == 0
    assert features[0].grad[2].abs().max() > 0


@every_scale
def test_padding_does_not_matter(scale):
    features, matches = random_features(8, 2, 4, 6, 6), random_matches(8, 2, 15, 6, 6)
    moved = torch.where(matches.valid.unsqueeze(2), matches.xy0, 0)
    settings = stable.StableSettings(lam=0.5)
    there = stable.total(*features, replace(matches, xy0=moved), replace(settings, scale=scale))
    assert torch.equal(there["total"], stable.total(*features, matches, replace(settings, scale=scale))["total"])


# -- which terms are computed ------------------------------------------------------------------------------------------


def test_a_term_without_weight_is_not_computed():
    features, matches = random_features(5, 3, 4, 5, 5), random_matches(5, 3, 9, 5, 5, padded=False)
    calls = []

    def spy(features0, features1, matches, p, scale):
        calls.append(bool(matches.positive.any()))
        return stable.within(features0, features1, matches, p, scale)

    for lam, expected in ((1.0, [True]), (0.0, [False, False]), (0.5, [True, False, False])):
        calls.clear()
        stable.total(*features, matches, stable.StableSettings(lam=lam, partners=4), spy)
        assert calls == expected  # two partners at most in a batch of three


def test_each_image_meets_four_others_unless_told_otherwise():
    features, matches = random_features(5, 7, 2, 4, 4), random_matches(5, 7, 4, 4, 4)
    value = stable.total(*features, matches, stable.StableSettings(lam=0.5))["between"]
    close(value, slow_between(*features, matches, "inf", "paper", 4))
    assert not torch.allclose(value, stable.between(*features, matches, "inf", "paper", 5))


def test_a_batch_of_one_has_no_unrelated_image():
    features, matches = random_features(5, 1, 4, 5, 5), random_matches(5, 1, 9, 5, 5)
    assert stable.total(*features, matches, stable.StableSettings(lam=1))["total"].shape == (1,)
    with pytest.raises(RequestError) as caught:
        stable.total(*features, matches, stable.StableSettings(lam=0.5))
    assert str(caught.value) == ("a batch of 1 has no unrelated image for the between term: use 2 or more, or lam 1")


# -- what is said of it to the rest of the program -----------------------------------------------------------------------


@every_scale
@every_norm
def test_the_optimum_that_it_states_is_where_the_loss_is_least(p, scale):
    """Features and distances of the checkerboard that the equations promise, measured as the health checks do."""
    level, flipping = (0.25, 1) if scale == "paper" else (0.5, 1 if p == "inf" else 5)
    features, matches = checkerboard(6, level, 5, flipping, 10, 26)
    stated = stable.KIND.scale(stable.StableSettings(p=p, scale=scale))
    assert (stated.low + stated.high) / 2 == pytest.approx(level)
    assert 0 < stated.low < level < stated.high < 2 * level
    assert stated.norm == p
    a, b = (map.flatten(2)[0, :, :2] for map in (features, features.roll(1, 3)))
    assert stated.averaged == (scale == "official")
    gap = (a - b).abs()[:, 0]
    if stated.averaged:
        distance = {"inf": gap.max(), "1": gap.mean(), "2": gap.square().mean()}[p]
    else:
        distance = {"inf": gap.max(), "1": gap.sum(), "2": gap.square().sum().sqrt()}[p]
    assert stated.optimum == distance
    assert stable.within(features, features, matches, p, scale).item() == (-0.25 if scale == "paper" else 0)


def test_a_pair_alone_is_enough_where_nothing_is_compared_between_scenes():
    wanted = {lam: stable.KIND.pairs(stable.StableSettings(lam=lam)) for lam in (0.0, 0.999, 1.0)}
    features, matches = random_features(5, 2, 4, 5, 5), random_matches(5, 2, 9, 5, 5)
    for lam, pairs in wanted.items():
        one = replace(matches, **{name: getattr(matches, name)[:pairs] for name in ("xy0", "xy1", "positive", "valid")})
        stable.total(*(map[:pairs] for map in features), one, stable.StableSettings(lam=lam))
    assert wanted == {0.0: 2, 0.999: 2, 1.0: 1}


def test_the_kernel_reads_maps_of_a_gpu_in_types_that_it_knows(monkeypatch):
    """Written for float32 and bfloat16, and asked only where Triton is."""
    for available in (True, False):
        monkeypatch.setattr(stable.fused, "available", lambda answer=available: answer)
        for place in (True, False):
            known = {
                name: stable.fits_kernel(SimpleNamespace(is_cuda=place, dtype=getattr(torch, name)))
                for name in ("float32", "bfloat16", "float16", "float64")
            }
            fits = available and place
            assert known == {"float32": fits, "bfloat16": fits, "float16": False, "float64": False}


def test_both_maps_must_fit_the_kernel(monkeypatch):
    """One map that it cannot read, whichever it is, and the reference computes the term."""
    features, matches = random_features(2, 3, 5, 9, 9), random_matches(2, 3, 40, 9, 9)
    monkeypatch.setattr(stable.fused, "within_fused", lambda *arguments: torch.full((3,), 7.0))
    expected = stable.within(*features, matches, "inf", "paper")
    for fitting in ([0], [1], [0, 1]):
        maps = [id(features[k]) for k in fitting]
        monkeypatch.setattr(stable, "fits_kernel", lambda map, maps=maps: id(map) in maps)
        value = stable.best_within("nearest")(*features, matches, "inf", "paper")
        assert torch.equal(value, torch.full((3,), 7.0) if len(maps) == 2 else expected)
