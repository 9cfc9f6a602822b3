"""Objectives by name: one signature, one error text each, and no objective that collapse would please."""

from dataclasses import fields, is_dataclass, replace

import pytest
import torch
from match_maker import random_features, random_matches, seeded, seen
from torch.nn.functional import avg_pool2d
from training_world import TINY, tiny, tiny_of

from training.errors import RequestError
from training.models.unet import build_model
from training.objectives import fused, registry, stable
from training.objectives.pixel_pairs import PixelPairs
from training.settings import PixelSettings

every_name = pytest.mark.parametrize("name", registry.names())
ACROSS_PAIRS: tuple[str, ...] = ("sigreg",)
"""Objectives that look at the pixels of all pairs together: a new one that does has its name here."""


def objective_of(name, **options):
    """An objective for a small network, and what it sees of two maps of descriptors."""
    settings = replace(tiny_of(name, **options), precision="float32")
    network = build_model(settings.model, 0)
    objective = registry.build(settings, network)

    def value(features0, features1, matches, **shown):
        return objective(pyramid_of(registry.kind(name).levels(settings.loss), features0, features1, matches, **shown))

    return value


def pyramid_of(levels, features0, features1, matches, **shown):
    """What is seen, with means of the descriptors as the coarser maps; all maps of a tiny network have 8 channels."""
    one = seen(features0, features1, matches, **shown)
    return replace(one, maps0=_coarser(features0, levels), maps1=_coarser(features1, levels))


def _coarser(features, levels):
    """Maps of `levels` resolutions, coarse to fine, the last being the features."""
    return tuple(avg_pool2d(features, 2**k, ceil_mode=True) for k in reversed(range(levels)))


@every_name
@pytest.mark.parametrize("sampling", ["nearest", "bilinear"])
def test_one_value_of_float32_per_pair(name, sampling):
    maps, matches = random_features(1, 3, 8, 16, 16), random_matches(1, 3, 40, 16, 16)
    features = [map.detach().bfloat16().requires_grad_() for map in maps]
    terms = objective_of(name)(*features, matches, sampling=sampling)
    assert all(value.shape == (3,) and value.dtype == torch.float32 for value in terms.values())
    terms["total"].mean().backward()
    assert all(map.grad is not None and map.grad.isfinite().all() for map in features)


@pytest.mark.parametrize("name", [name for name in registry.names() if name not in ACROSS_PAIRS])
def test_pairs_are_independent(name):
    features, matches = random_features(1, 3, 8, 16, 16), random_matches(1, 3, 40, 16, 16)
    objective = objective_of(name)
    together = objective(*features, matches)["total"]
    alone = PixelPairs(matches.xy0[1:2], matches.xy1[1:2], matches.positive[1:2], matches.valid[1:2])
    torch.testing.assert_close(objective(features[0][1:2], features[1][1:2], alone)["total"], together[1:2])


@pytest.mark.parametrize("name", [name for name in registry.names() if registry.kind(name).prices_collapse])
def test_training_free_features_beats_collapse(name):
    """Feature maps without a network, trained on the identity: they must end below what constant features cost."""
    draw = seeded(0)
    size, count = 16, 192
    xy0 = torch.stack([torch.arange(256) % size, torch.arange(256) // size], dim=-1)
    xy0 = xy0[torch.randperm(256, generator=draw)[:count]]
    positive = torch.arange(count) < count // 4
    xy1 = torch.where(positive.unsqueeze(1), xy0, torch.randint(size, (count, 2), generator=draw))
    matches = PixelPairs(xy0.int()[None], xy1.float()[None], positive[None], torch.ones(1, count, dtype=torch.bool))
    objective = objective_of(name)
    flat = torch.ones(1, 8, size, size)
    maps = torch.randn(2, 1, 8, size, size, generator=draw).mul(0.1).requires_grad_()
    optimizer = torch.optim.Adam([maps], lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        objective(maps[0], maps[1], matches)["total"].mean().backward()
        optimizer.step()
    end = objective(maps[0], maps[1], matches)["total"].item()
    assert end < objective(flat, flat, matches)["total"].item() - 0.1


@pytest.mark.parametrize("scale", ["paper", "official"])
@pytest.mark.parametrize("lam", [0.25, 1.0])
def test_the_stable_loss_comes_in_both_scales(scale, lam):
    features, matches = random_features(2, 3, 5, 9, 9), random_matches(2, 3, 40, 9, 9)
    options = {"lam": lam, "p": "2", "scale": scale}
    expected = stable.total(*features, matches, stable.StableSettings(**options))
    value = objective_of("stable", **options)(*features, matches)
    assert all(torch.equal(value[key], expected[key]) for key in expected)


def test_the_kernel_is_used_where_it_fits(monkeypatch):
    features, matches = random_features(2, 3, 5, 9, 9), random_matches(2, 3, 40, 9, 9)
    monkeypatch.setattr(stable, "fits_kernel", lambda features: True)
    monkeypatch.setattr(fused, "within_fused", lambda *arguments: torch.full((3,), 7.0))
    objective = objective_of("stable")
    assert objective(*features, matches)["total"].tolist() == [7, 7, 7]
    assert objective(*features, matches, sampling="bilinear")["total"].tolist() != [7, 7, 7]


def built(settings, network=None):
    return registry.build(settings, network or build_model(settings.model, 0))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            tiny(objective="nonsense"),
            "--objective nonsense: unknown; choose one of " + ", ".join(registry.names()),
        ),
        (tiny(loss=stable.StableSettings(lam=1.5)), "--lam 1.5: must be in [0, 1]"),
        (tiny(loss=stable.StableSettings(partners=0)), "--partners 0: must be 1 or more"),
        (tiny(pixels=PixelSettings(positives=2)), "--positives 2: must be between 0 and 1"),
        (
            tiny(objective="infonce"),
            f"objective infonce has options of its own: these are {stable.StableSettings()}",
        ),
    ],
)
def test_bad_settings(settings, text):
    with pytest.raises(RequestError) as caught:
        built(settings)
    assert str(caught.value) == text


def test_an_objective_that_wants_more_maps_than_the_network_has(monkeypatch):
    wanting = replace(stable.KIND, levels=lambda _: 5)
    monkeypatch.setattr(stable, "KIND", wanting)
    with pytest.raises(RequestError) as caught:
        built(TINY)
    assert str(caught.value) == (
        "--objective stable: needs a network with maps of 5 resolutions, this one has 2; "
        "use more --widths and --blocks, or another objective"
    )


@every_name
def test_every_objective_says_what_it_is(name):
    """A line for a table, options with defaults, and how its descriptors are compared."""
    kind = registry.kind(name)
    assert kind.summary
    assert "\n" not in kind.summary
    assert kind.distance(kind.settings()) in ("l2", "l1", "linf", "cosine")
    assert kind.scale(kind.settings()).optimum > 0
    assert is_dataclass(kind.settings)
    assert all(field.name.islower() for field in fields(kind.settings))


SOURCES = {
    "stable": {"p": "inf", "lam": 1.0, "scale": "paper"},
    "infonce": {"temperature": 0.07},
    "dual-softmax": {"temperature": 0.05, "focal_gamma": 0.0},
    "don": {"margin": 0.5, "masked": 0.5},
    "triplet": {"margin": 1.0, "mining": "hardest"},
    "ucn": {"margin": 1.4},
    "smooth-ap": {"temperature": 0.01},
    "pixpro": {"gamma": 2.0, "momentum": 0.99},
    "sigreg": {"weight": 0.9, "knots": 17},
    "cover": {"levels": 5, "vector_heads": (4, 4, 4, 1, 1), "head_dim": 8, "amplitude": 2, "consistency": 1.0},
}
"""Defaults that the sources of the objectives give, or that their files give reasons for."""


@pytest.mark.parametrize("name", SOURCES)
def test_the_defaults_are_those_of_the_source(name):
    settings = registry.kind(name).settings()
    assert {option: getattr(settings, option) for option in SOURCES[name]} == SOURCES[name]


def test_pixels_are_as_many_as_in_the_sources():
    from training.objectives import don, pixpro

    assert don.CANDIDATES == 150
    assert pixpro.OTHERS + 1 == 7 * 7


@every_name
def test_what_is_said_without_the_objective_is_what_it_says(name):
    told, own = registry.options(name), registry.kind(name)
    assert told.settings is own.settings
    assert told.distance is own.distance
    assert told.network is own.network


def test_the_network_ends_as_an_objective_wants_it():
    model = registry.with_objective(TINY, "stable-codes").model
    assert (model.channels, model.code_gain, model.unit_length) == (128, 8.0, True)
    assert replace(model, channels=TINY.model.channels, code_gain=0.0, unit_length=False) == TINY.model
    other = registry.with_objective(replace(TINY, model=model), "infonce").model
    assert other == replace(model, code_gain=0.0)


def test_an_objective_of_which_the_file_alone_is_named_is_told_by_its_kind(monkeypatch):
    monkeypatch.setitem(registry.FILES, "don", "don")
    assert registry.options("don") is registry.kind("don")
    assert registry.run_of("don", {}).objective == "don"
