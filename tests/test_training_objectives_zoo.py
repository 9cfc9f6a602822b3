"""Objectives by name: one signature, one error text each, and no objective that collapse would please."""

import pytest
import torch
from match_maker import random_features, random_matches, seeded

from training.errors import RequestError
from training.objectives import fused, stable, zoo
from training.objectives.matches import Matches
from training.settings import ObjectiveSettings

every_name = pytest.mark.parametrize("name", zoo.names())


@every_name
@pytest.mark.parametrize("sampling", ["nearest", "bilinear"])
def test_one_value_of_float32_per_pair(name, sampling):
    maps, matches = random_features(1, 3, 5, 9, 9), random_matches(1, 3, 40, 9, 9)
    features = [map.detach().bfloat16().requires_grad_() for map in maps]
    terms = zoo.build_objective(ObjectiveSettings(name=name, sampling=sampling))(*features, matches)
    assert all(value.shape == (3,) and value.dtype == torch.float32 for value in terms.values())
    terms["total"].mean().backward()
    assert all(map.grad is not None and map.grad.isfinite().all() for map in features)


@every_name
def test_pairs_are_independent(name):
    features, matches = random_features(1, 3, 5, 9, 9), random_matches(1, 3, 40, 9, 9)
    objective = zoo.build_objective(ObjectiveSettings(name=name))
    together = objective(*features, matches)["total"]
    alone = Matches(matches.xy0[1:2], matches.xy1[1:2], matches.positive[1:2], matches.valid[1:2])
    torch.testing.assert_close(objective(features[0][1:2], features[1][1:2], alone)["total"], together[1:2])


@every_name
def test_training_free_features_beats_collapse(name):
    """Feature maps without a network, trained on the identity: they must end below what constant features cost."""
    draw = seeded(0)
    size, count = 16, 192
    xy0 = torch.stack([torch.arange(256) % size, torch.arange(256) // size], dim=-1)
    xy0 = xy0[torch.randperm(256, generator=draw)[:count]]
    positive = torch.arange(count) < count // 4
    xy1 = torch.where(positive.unsqueeze(1), xy0, torch.randint(size, (count, 2), generator=draw))
    matches = Matches(xy0.int()[None], xy1.float()[None], positive[None], torch.ones(1, count, dtype=torch.bool))
    objective = zoo.build_objective(ObjectiveSettings(name=name))
    flat = torch.ones(1, 8, size, size)
    maps = torch.randn(2, 1, 8, size, size, generator=draw).mul(0.1).requires_grad_()
    optimizer = torch.optim.Adam([maps], lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        objective(maps[0], maps[1], matches)["total"].mean().backward()
        optimizer.step()
    end = objective(maps[0], maps[1], matches)["total"].item()
    assert end < objective(flat, flat, matches)["total"].item() - 0.1


@pytest.mark.parametrize("name", ["paper", "official"])
@pytest.mark.parametrize("lam", [0.25, 1.0])
def test_the_presets_are_the_stable_loss_in_their_scale(name, lam):
    features, matches = random_features(2, 3, 5, 9, 9), random_matches(2, 3, 40, 9, 9)
    settings = ObjectiveSettings(name=name, lam=lam, p="2")
    expected = stable.total(*features, matches, settings, name)
    value = zoo.build_objective(settings)(*features, matches)
    assert all(torch.equal(value[key], expected[key]) for key in expected)


def test_the_kernel_is_used_where_it_fits(monkeypatch):
    features, matches = random_features(2, 3, 5, 9, 9), random_matches(2, 3, 40, 9, 9)
    monkeypatch.setattr(zoo, "_fits_kernel", lambda features: True)
    monkeypatch.setattr(fused, "within", lambda *arguments: torch.full((3,), 7.0))
    assert zoo.build_objective(ObjectiveSettings())(*features, matches)["total"].tolist() == [7, 7, 7]
    other = zoo.build_objective(ObjectiveSettings(sampling="bilinear"))(*features, matches)["total"]
    assert other.tolist() != [7, 7, 7]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            ObjectiveSettings(name="nonsense"),
            "no objective is called 'nonsense': choose one of " + ", ".join(zoo.names()),
        ),
        (ObjectiveSettings(p="3"), "p is '3': the norm is one of inf, 1, 2"),  # type: ignore[arg-type]
        (ObjectiveSettings(sampling="cubic"), "sampling is 'cubic': it is nearest or bilinear"),  # type: ignore[arg-type]
        (ObjectiveSettings(lam=1.5), "lam is 1.5: the weight of the within term must lie between 0 and 1"),
        (
            ObjectiveSettings(name="infonce", lam=0.5),
            "lam is 0.5: infonce has no between term to weigh; leave lam at 1",
        ),
        (ObjectiveSettings(lam=0.5, partners=0), "partners is 0: the between term needs 1 or more, or set lam to 1"),
        (ObjectiveSettings(positives=2), "positives is 2: f = |P| / |S| must lie strictly between 0 and 1"),
    ],
)
def test_bad_settings(settings, text):
    with pytest.raises(RequestError) as caught:
        zoo.build_objective(settings)
    assert str(caught.value) == text


def test_every_objective_has_a_line_for_a_table():
    assert all(entry.summary and "\n" not in entry.summary for entry in zoo.OBJECTIVES.values())
