"""Propagation and teacher against a loop in plain floats; the value of collapse; how the teacher lags behind."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from match_maker import random_features, random_matches, seeded, seen
from torch import nn
from training_world import TINY

from training.models.unet import build_model
from training.objectives import pixpro as module
from training.objectives import registry
from training.objectives.gather import gather
from training.objectives.pixpro import momentum_after, propagation
from training.running.trainee import build_trainee


class Fixed(nn.Module):
    """A network that sees the same maps in every picture: those of view 0 and of view 1, (2 B, D, H, W)."""

    def __init__(self, maps):
        super().__init__()
        self.maps = maps

    def forward(self, images):
        return self.maps


def identity(channels):
    layer = nn.Linear(channels, channels).double()
    with torch.no_grad():
        layer.weight.copy_(torch.eye(channels))
        layer.bias.zero_()
    return layer


def objective_of(taught, **options):
    """A new objective in float64, with another projector than its teacher's, whose teacher sees `taught`."""
    settings = registry.with_objective(TINY, "pixpro", hidden=6, projected=4, **options)
    settings = replace(settings, model=replace(settings.model, channels=taught.shape[1]))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        objective = registry.build(settings, build_model(settings.model, 0)).double()
        for parameter in objective.projector.parameters():
            nn.init.normal_(parameter)
    objective.teacher = Fixed(taught)
    return objective


def bare(taught):
    """The same without projection and map: what is compared are the descriptors themselves."""
    objective = objective_of(taught)
    for part in ("projector", "teacher_projector", "transform"):
        setattr(objective, part, identity(taught.shape[1]))
    return objective


def dot(a, b):
    return sum(u * v for u, v in zip(a, b, strict=True))


def cos(a, b):
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def linear(layer, x):
    rows, shifts = layer.weight.tolist(), layer.bias.tolist()
    return [dot(row, x) + shift for row, shift in zip(rows, shifts, strict=True)]


def slow_projector(projector, x):
    first, norm, _, last = projector
    h = linear(first, x)
    mean = sum(h) / len(h)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in h) / len(h) + 1e-5)
    scaled = [
        (v - mean) / deviation * w + b for v, w, b in zip(h, norm.weight.tolist(), norm.bias.tolist(), strict=True)
    ]
    return linear(last, [max(v, 0.0) for v in scaled])


def slow_propagation(objective, x, others, gamma):
    y = [0.0] * len(x)
    for other in others:
        g = linear(objective.transform, other)
        weight = max(cos(x, other), 0.0) ** gamma / math.sqrt(dot(g, g))
        y = [v + weight * w for v, w in zip(y, g, strict=True)]
    return y


def slow(objective, features, taught, matches, b, gamma):
    """Both directions of pair b: every match is reached by itself and by the first pixels of its view."""
    read = [gather(m, xy, "nearest") for m, xy in zip(features, (matches.xy0, matches.xy1), strict=True)]
    lessons = [gather(m, xy, "nearest") for m, xy in zip(taught.chunk(2), (matches.xy0, matches.xy1), strict=True)]
    positives = matches.positive[b].nonzero().flatten().tolist()[: module.ANCHORS]
    pool = matches.valid[b].nonzero().flatten().tolist()[: module.OTHERS]
    sums = []
    for own, other in ((0, 1), (1, 0)):
        x = {n: slow_projector(objective.projector, read[own][b, :, n].tolist()) for n in {*positives, *pool}}
        others = [x[n] for n in pool]
        lesson = {n: slow_projector(objective.teacher_projector, lessons[other][b, :, n].tolist()) for n in positives}
        costs = [-cos(slow_propagation(objective, x[n], [x[n], *others], gamma), lesson[n]) for n in positives]
        sums.append(sum(costs) / max(len(costs), 1))
    return sums


@hypothesis_settings(max_examples=20)
@given(seed=st.integers(0, 999), count=st.integers(0, 8), gamma=st.sampled_from([1.0, 2.0, 3.5]))
def test_equals_the_loop(seed, count, gamma):
    maps, matches = random_features(seed, 2, 3, 6, 7), random_matches(seed, 2, count, 6, 7)
    features = [map.detach() * 5 for map in maps]
    taught = torch.cat(random_features(seed + 1000, 2, 3, 6, 7)).detach()
    objective = objective_of(taught, gamma=gamma)
    terms = objective(seen(*features, matches))
    for b in range(2):
        forward, backward = slow(objective, features, taught, matches, b, gamma)
        assert terms["forward"][b].item() == pytest.approx(forward, abs=1e-6)
        assert terms["backward"][b].item() == pytest.approx(backward, abs=1e-6)
        assert terms["total"][b].item() == pytest.approx(forward + backward, abs=1e-6)


def test_the_gradient_is_that_of_the_values():
    features, matches = random_features(1, 2, 3, 4, 4), random_matches(1, 2, 8, 4, 4)
    objective = objective_of(torch.cat(features).detach())
    assert torch.autograd.gradcheck(lambda a, b: objective(seen(a, b, matches))["total"], features)


def test_pixels_beyond_the_limits_are_left_out(monkeypatch):
    features, matches = random_features(2, 1, 3, 9, 9), random_matches(2, 1, 40, 9, 9)
    taught = torch.cat(features).detach()
    everything = objective_of(taught)(seen(*features, matches))["total"].item()
    monkeypatch.setattr(module, "ANCHORS", 3)
    monkeypatch.setattr(module, "OTHERS", 2)
    few = objective_of(taught)(seen(*features, matches))["total"].item()
    assert few == pytest.approx(sum(slow(objective_of(taught), features, taught, matches, 0, 2.0)), abs=1e-6)
    assert few != pytest.approx(everything, abs=1e-3)


def still(batch, count, size):
    """Matches of two views that are the same picture."""
    matches = random_matches(4, batch, count, size, size)
    return replace(matches, xy1=matches.xy0.float())


def test_distinct_matches_that_agree_cost_the_optimum():
    """Descriptors that are alike or at right angles are fixed points of the propagation."""
    kinds = torch.randint(5, (2, 9, 9), generator=seeded(0))
    map = torch.nn.functional.one_hot(kinds, 5).movedim(3, 1).double()
    value = bare(torch.cat([map, map]))(seen(map, map, still(2, 40, 9)))["total"]
    assert value.tolist() == pytest.approx([-2, -2])


def test_collapse_costs_the_optimum_too():
    """That is why there is a teacher: the value does not tell them apart."""
    flat = torch.ones(2, 5, 9, 9, dtype=torch.float64)
    assert bare(torch.cat([flat, flat]))(seen(flat, flat, still(2, 40, 9)))["total"].tolist() == pytest.approx([-2, -2])
    assert not module.KIND.prices_collapse


@hypothesis_settings(max_examples=25)
@given(seed=st.integers(0, 999))
def test_no_value_leaves_the_bounds(seed):
    features, matches = random_features(seed, 2, 3, 6, 7), random_matches(seed, 2, 20, 6, 7)
    value = objective_of(torch.cat(random_features(seed + 1, 2, 3, 6, 7)))(seen(*features, matches))["total"]
    assert value.abs().max() <= 2 + 1e-6


def test_no_positives_is_a_differentiable_zero():
    features, matches = random_features(3, 2, 3, 9, 9), random_matches(3, 2, 30, 9, 9)
    matches.positive[0] = False
    value = objective_of(torch.cat(features).detach())(seen(*features, matches))["total"]
    assert value[0] == 0
    value.sum().backward()
    assert features[0].grad is not None
    assert features[0].grad.isfinite().all()
    assert features[0].grad[0].abs().max() == 0


def test_what_points_away_or_aside_is_not_propagated():
    x = torch.tensor([[[1.0, 0.0], [-2.0, 0.0], [0.0, 3.0], [4.0, 4.0]]])
    torch.testing.assert_close(propagation(x[:, :1], x, 2.0), torch.tensor([[[1.0, 0.0, 0.0, 0.5]]]))


@given(steps=st.integers(1, 1000), momentum=st.floats(0, 1))
def test_the_momentum_rises_by_a_cosine_to_one(steps, momentum):
    values = [momentum_after(step, steps, momentum) for step in range(steps + 1)]
    assert values[0] == pytest.approx(momentum)
    assert values[-1] == 1
    assert all(a <= b for a, b in pairwise(values))
    if steps % 2 == 0:
        assert values[steps // 2] == pytest.approx((1 + momentum) / 2)


def test_the_teacher_follows_in_closed_form():
    """Towards a network that stands still the difference shrinks by every momentum: w' = w + (w'_0 - w) prod m_k."""
    trainee = build_trainee(registry.with_objective(TINY, "pixpro", momentum=0.7))
    objective, steps = trainee.objective, 5
    parts = ((objective.teacher, trainee.network), (objective.teacher_projector, objective.projector))
    pairs = [pair for kept, new in parts for pair in zip(kept.parameters(), new.parameters(), strict=True)]
    start = [kept.clone() for kept, _ in pairs]
    with torch.no_grad():
        for _, new in pairs:
            new.add_(1.0)
    for step in range(steps):
        trainee.follow(step + 1, steps)
    left = math.prod(1 - 0.3 * (1 + math.cos(math.pi * k / steps)) / 2 for k in range(1, steps + 1))
    assert 0.1 < left < 0.9
    for (kept, new), first in zip(pairs, start, strict=True):
        torch.testing.assert_close(kept, new + (first - new) * left)


def test_the_teacher_begins_as_the_network_takes_no_gradient_and_does_not_drop():
    trainee = build_trainee(registry.with_objective(TINY, "pixpro"))
    teacher = trainee.objective.teacher
    trainee.train()
    assert trainee.network.training
    assert not any(part.training for part in teacher.modules())
    ours, its = trainee.network.state_dict(), teacher.state_dict()
    assert ours.keys() == its.keys()
    assert all(torch.equal(ours[name], its[name]) for name in ours)
    assert not any(p.requires_grad for p in [*teacher.parameters(), *trainee.objective.teacher_projector.parameters()])
    learned = [p for p in trainee.objective.parameters() if p.requires_grad]
    assert len(learned) == len([*trainee.objective.projector.parameters(), *trainee.objective.transform.parameters()])
