"""COVER against a loop in plain floats, on features whose displacement is known, and its optimum and collapse."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from match_maker import random_features, random_matches, seeded, seen
from torch.nn.functional import normalize
from training_world import TINY_MODEL, tiny_of

from training.errors import RequestError
from training.models.unet import build_model
from training.objectives import cover as module
from training.objectives import registry, vectors
from training.objectives.cover import KIND, Cover, CoverSettings
from training.objectives.pixel_pairs import PixelPairs
from training.settings import DataSettings

ONE_LEVEL = CoverSettings(levels=1, vector_heads=(2,), head_dim=3)


def objective_of(chosen=ONE_LEVEL, channels=(4,)):
    """The objective in float64, with weights that are no special ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Cover(chosen, channels).double()


def dense(seed, batch, height, width):
    """A displacement of whole and half pixels that stays in the picture, and where it is known."""
    draw = seeded(seed)
    place = vectors.pixel_coordinates(torch.zeros(height, width, dtype=torch.float64))
    sides = torch.tensor([width - 1, height - 1]).view(2, 1, 1)
    target = (torch.rand(batch, 2, height, width, generator=draw, dtype=torch.float64) * sides * 2).round() / 2
    return {"flow": target - place, "covisible": torch.rand(batch, height, width, generator=draw) < 0.6}


def bilinear(map, x, y):
    """A map (D, H, W) at a point inside, in plain floats."""
    height, width = map.shape[-2:]
    x0, y0 = min(int(x), max(width - 2, 0)), min(int(y), max(height - 2, 0))
    x1, y1 = min(x0 + 1, width - 1), min(y0 + 1, height - 1)
    corners = ((x0, y0, 1 - x + x0, 1 - y + y0), (x1, y0, x - x0, 1 - y + y0), (x0, y1, 1 - x + x0, y - y0))
    corners += ((x1, y1, x - x0, y - y0),)
    return [sum(float(map[d, j, i]) * u * v for i, j, u, v in corners) for d in range(len(map))]


def cosine(a, b):
    return sum(u * v for u, v in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)


def slow_terms(predicted, places):
    """Eq. of L_vec and L_con at places [(x, y, true dx, true dy, F(p), M(T(p)))] of one pair."""
    vector = consistency = epe = 0.0
    for x, y, dx, dy, a, b in places:
        ex, ey = float(predicted[0, y, x]) - dx, float(predicted[1, y, x]) - dy
        vector, epe = vector + abs(ex) + abs(ey), epe + math.hypot(ex, ey)
        consistency += 1 - cosine(a, b)
    count = max(len(places), 1)
    return vector / count, consistency / count, epe / count


def dense_places(b, shown, features):
    flow, covisible = shown["flow"], shown["covisible"]
    for y in range(flow.shape[2]):
        for x in range(flow.shape[3]):
            if covisible[b, y, x]:
                dx, dy = flow[b, :, y, x].tolist()
                yield x, y, dx, dy, features[0][b, :, y, x].tolist(), bilinear(features[1][b], x + dx, y + dy)


def traced_places(b, matches, features):
    height, width = features[0].shape[-2:]
    for n in range(matches.valid.shape[1]):
        if matches.positive[b, n]:
            (x, y), (u, v) = matches.xy0[b, n].tolist(), matches.xy1[b, n].tolist()
            i, j = min(max(math.floor(u + 0.5), 0), width - 1), min(max(math.floor(v + 0.5), 0), height - 1)
            yield x, y, u - x, v - y, features[0][b, :, y, x].tolist(), features[1][b, :, j, i].tolist()


@settings(max_examples=15)
@given(seed=st.integers(0, 999), count=st.integers(0, 12), known=st.booleans(), weight=st.sampled_from([0.0, 0.3, 1.0]))
def test_equals_the_loop(seed, count, known, weight):
    features, matches = random_features(seed, 2, 4, 5, 6), random_matches(seed, 2, count, 5, 6)
    shown = dense(seed, 2, 5, 6) if known else {}
    plain = tuple(map.detach() for map in features)
    objective = objective_of(replace(ONE_LEVEL, consistency=weight))
    what = seen(*features, matches, **shown)
    terms, predicted = objective(what), objective.displacement(what).detach()
    assert not terms["epe_px"].requires_grad
    for b in range(2):
        places = dense_places(b, shown, plain) if known else traced_places(b, matches, plain)
        vector, consistency, epe = slow_terms(predicted[b], list(places))
        assert terms["vector"][b].item() == pytest.approx(vector, abs=1e-5)
        assert terms["consistency"][b].item() == pytest.approx(consistency, abs=1e-6)
        assert terms["epe_px"][b].item() == pytest.approx(epe, abs=1e-5)
        assert terms["total"][b].item() == pytest.approx(vector + weight * consistency, abs=1e-5)


@pytest.mark.parametrize("coarsest", ["global", "local"])
def test_gradients_in_float64(coarsest):
    chosen = CoverSettings(levels=2, vector_heads=(2, 1), head_dim=2, amplitude=1, coarsest=coarsest)
    objective, shown = objective_of(chosen, (3, 2)), dense(1, 1, 4, 4)
    fine, coarse = random_features(0, 1, 2, 4, 4), random_features(1, 1, 3, 2, 2)
    matches = random_matches(0, 1, 4, 4, 4)

    def total(*maps):
        return objective(replace(seen(maps[2], maps[3], matches, **shown), maps0=maps[0::2], maps1=maps[1::2]))["total"]

    assert torch.autograd.gradcheck(total, (*coarse, *fine))


def test_dense_truth_is_used_whatever_was_asked_for():
    features, matches = random_features(0, 2, 4, 5, 6), random_matches(0, 2, 9, 5, 6)
    shown = dense(0, 2, 5, 6)
    values = [
        objective_of(replace(ONE_LEVEL, truth=truth))(seen(*features, matches, **shown))["total"]
        for truth in ("tracks", "depth")
    ]
    assert torch.equal(*values)
    assert not torch.equal(values[0], objective_of()(seen(*features, matches))["total"])
    assert [KIND.dense(replace(ONE_LEVEL, truth=truth)) for truth in ("tracks", "depth")] == [False, True]


def test_occluded_pixels_have_no_target():
    features, matches = random_features(0, 1, 4, 5, 6), random_matches(0, 1, 9, 5, 6)
    shown = dense(0, 1, 5, 6)
    before = objective_of()(seen(*features, matches, **shown))["total"]
    shown["flow"] = torch.where(shown["covisible"].unsqueeze(1), shown["flow"], 99.0)
    assert torch.equal(before, objective_of()(seen(*features, matches, **shown))["total"])


@pytest.mark.parametrize("known", [True, False])
def test_no_positives_is_a_differentiable_zero(known):
    features, matches = random_features(3, 2, 4, 5, 6), random_matches(3, 2, 9, 5, 6)
    matches.positive[0] = False
    shown = dense(0, 2, 5, 6) if known else {}
    if known:
        shown["covisible"][0] = False
    value = objective_of()(seen(*features, matches, **shown))["total"]
    assert value[0] == 0
    value.sum().backward()
    assert features[0].grad is not None
    assert features[0].grad.isfinite().all()
    assert features[0].grad[0].abs().max() == 0 < features[0].grad[1].abs().max()


def test_only_the_first_anchors_are_read(monkeypatch):
    features, matches = random_features(3, 1, 4, 5, 6), random_matches(3, 1, 30, 5, 6)
    wanted = matches.positive.cumsum(1) <= 3
    few = PixelPairs(matches.xy0, matches.xy1, matches.positive & wanted, matches.valid)
    monkeypatch.setattr(module, "ANCHORS", 3)
    values = [objective_of()(seen(*features, each))["total"] for each in (matches, few)]
    torch.testing.assert_close(*values)


# ---- optimum and collapse


def distinct(size):
    """Two equal maps (1, 16, size, size) of unit descriptors, each near to itself alone."""
    map = normalize(torch.randn(1, 16, size, size, generator=seeded(0), dtype=torch.float64), dim=1)
    return map, map.clone()


def sharpened(chosen, channels, gain=100.0):
    """The objective with projections that keep the map and make it large."""
    objective = objective_of(chosen, channels)
    for projection, width in zip(objective.projections, channels, strict=True):
        with torch.no_grad():
            projection.conv.weight.copy_(torch.eye(width).view(width, width, 1, 1))
            projection.conv.bias.zero_()
            projection.norm.weight.fill_(gain**0.5)
    return objective


def test_the_optimum_is_zero():
    matches = random_matches(0, 1, 40, 12, 12, padded=False)
    matches = replace(matches, xy1=matches.xy0.float())
    chosen = CoverSettings(levels=1, vector_heads=(1,), head_dim=16)
    terms = sharpened(chosen, (16,))(seen(*distinct(12), matches))
    assert terms["total"].item() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("shift", [0, 5])
def test_collapse_costs_the_displacement(shift):
    """Inside the picture equal descriptors predict none; `consistency` does not mind."""
    flat = torch.ones(1, 4, 12, 12, dtype=torch.float64)
    x, y = torch.meshgrid(torch.arange(3, 4), torch.arange(2, 10), indexing="ij")
    xy0 = torch.stack([x, y], -1).view(1, -1, 2).int()
    every = torch.ones(xy0.shape[:2], dtype=torch.bool)
    matches = PixelPairs(xy0, xy0 + torch.tensor([float(shift), 0.0]), every, every)
    terms = objective_of(replace(ONE_LEVEL, coarsest="local"))(seen(flat, flat, matches))
    assert terms["total"].item() == pytest.approx(shift, abs=1e-6)
    assert terms["consistency"].item() == pytest.approx(0, abs=1e-9)


def test_collapse_contracts_at_the_border():
    flat = torch.ones(1, 4, 6, 6, dtype=torch.float64)
    what = seen(flat, flat, random_matches(0, 1, 4, 6, 6))
    local = objective_of(replace(ONE_LEVEL, coarsest="local")).displacement(what)
    assert local[0, 0, 3].tolist() == pytest.approx([1, 0.5, 0, 0, -0.5, -1])
    wide = objective_of(ONE_LEVEL).displacement(what)[0, 0, 3]
    assert wide.tolist() == pytest.approx([2.5 - x for x in range(6)])


# ---- settings


def test_fewer_levels_take_the_last_heads():
    assert [p.heads for p in objective_of(CoverSettings(levels=3), (8, 8, 8)).projections] == [4, 1, 1]


def test_the_projections_are_those_of_the_paper():
    """Conv1x1 to head_dim J_l channels, then GroupNorm of one group; five levels, coarse to fine."""
    objective = objective_of(CoverSettings(), (512, 256, 128, 64, 32))
    shapes = [(p.conv.in_channels, p.conv.out_channels, p.conv.kernel_size) for p in objective.projections]
    assert shapes == [(512, 32, (1, 1)), (256, 32, (1, 1)), (128, 32, (1, 1)), (64, 8, (1, 1)), (32, 8, (1, 1))]
    assert [(p.norm.num_groups, p.norm.affine) for p in objective.projections] == [(1, True)] * 5


def refusal(crop=64, **options):
    run = replace(tiny_of("cover", **options), data=DataSettings(crop=crop))
    with pytest.raises(RequestError) as caught:
        registry.build(run, build_model(run.model, 0))
    return str(caught.value)


def test_refusals():
    assert refusal(vector_heads=(4, 1)) == "--vector-heads 4 1: needs 1 or more for each of the 5 levels"
    assert refusal(vector_heads=(4, 1, 1, 1, 0)) == "--vector-heads 4 1 1 1 0: needs 1 or more for each of the 5 levels"
    assert refusal(levels=0) == "--levels 0: must be in [1, 16]"
    assert refusal(crop=128, levels=2) == (
        "--coarsest global: the coarsest of 2 levels has 64 x 64 pixels, more than 2048; "
        "use more --levels, a smaller --crop, or --coarsest local"
    )


def test_a_network_with_too_few_maps_is_refused():
    run = replace(tiny_of("cover"), model=TINY_MODEL)
    with pytest.raises(RequestError, match="--objective cover: needs a network with maps of 5 resolutions"):
        registry.build(run, build_model(run.model, 0))


def test_whole_pictures_are_measured_when_they_are_seen():
    run = replace(tiny_of("cover", levels=1), data=DataSettings(crop=0))
    objective = registry.build(run, build_model(run.model, 0))
    features, matches = random_features(0, 1, 8, 40, 60), random_matches(0, 1, 9, 40, 60)
    with pytest.raises(RequestError, match="of 1 levels has 60 x 40 pixels, more than 2048"):
        objective(seen(*features, matches))


@given(
    height=st.integers(1, 90), width=st.integers(1, 90), anchors=st.sampled_from([1, 16, 300]), seed=st.integers(0, 99)
)
def test_one_pixel_of_each_cell(height, width, anchors, seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ANCHORS", anchors)
        xy = module.one_of_each_cell(torch.zeros(3, 2, height, width), seed)
        again = module.one_of_each_cell(torch.zeros(3, 2, height, width), seed)
    assert torch.equal(xy, again)
    assert xy.shape[1] <= anchors
    assert ((xy >= 0) & (xy < torch.tensor([width, height]))).all()
    assert all(len({tuple(pixel) for pixel in pair.tolist()}) == len(pair) for pair in xy)


def test_the_pixels_of_cells_are_others_in_each_pair_and_step_and_reach_the_borders():
    maps = torch.zeros(2, 1, 131, 129)
    drawn = [module.one_of_each_cell(maps, seed) for seed in range(40)]
    assert not torch.equal(drawn[0][0], drawn[0][1])
    every = torch.cat(drawn, dim=1)[0]
    assert every.amin(0).tolist() == [0, 0]
    assert every.amax(0).tolist() == [128, 130]
