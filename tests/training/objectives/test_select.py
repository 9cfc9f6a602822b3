"""Choosing positives and negatives: the laws of f, of uniqueness and of coverage, on random batches."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from match_maker import seeded

from scenegen.shards import Status
from training.data.batch import NO_RAY, PairBatch
from training.errors import RequestError
from training.objectives.select import check_selection, largest_positives, select_matches
from training.running.places import Places
from training.settings import PixelSettings


def make_batch(seed, batch, rays, height, width, visible=0.5):
    """Rays at distinct pixels; the padding of the ray list sits at pixel 0, as a loader may leave it."""
    generator = seeded(seed)
    rays = min(rays, height * width)
    pixel = torch.rand(batch, height * width, generator=generator).argsort(1)[:, :rays]
    status = torch.randint(0, 6, (batch, rays), generator=generator)
    status[torch.rand(batch, rays, generator=generator) < visible] = Status.VISIBLE
    status[torch.rand(batch, rays, generator=generator) < 0.1] = NO_RAY
    xy0 = torch.stack([pixel % width, pixel // width], dim=-1)
    xy0[status == NO_RAY] = 0
    xy1 = torch.rand(batch, rays, 2, generator=generator) * torch.tensor([width, height]) - 0.5
    images = torch.zeros(batch, 3, height, width, dtype=torch.uint8)
    foreground = (torch.rand(batch, rays, generator=generator) < 0.4) & (status != NO_RAY)
    return PairBatch(images, images, xy0.int(), xy1, status.to(torch.uint8), foreground)


def flat(xy, width):
    return (xy[..., 1].long() * width + xy[..., 0].long()).tolist()


BATCHES = st.builds(
    make_batch, st.integers(0, 999), st.integers(1, 4), st.integers(0, 40), st.integers(3, 12), st.integers(3, 12)
)
SETTINGS = st.builds(
    PixelSettings,
    positives=st.floats(0.06, 0.95),
    points=st.sampled_from([0, 0, 40, 17]),
    typed_negatives=st.sampled_from([0.0, 0.3, 1.0]),
)


def chosen(batch, settings, seed=0):
    try:
        return select_matches(batch, settings, seeded(seed))
    except RequestError:  # a window too small for one positive at this f
        pixels = batch.images0.shape[-2] * batch.images0.shape[-1]
        assert int(1 / settings.positives + 0.5) > min(settings.points or pixels, pixels)
        return None


@given(batch=BATCHES, settings=SETTINGS)
def test_the_share_of_positives_is_met_for_every_pair(batch, settings):
    matches = chosen(batch, settings)
    if matches is None:
        return
    f, limit = settings.positives, batch.images0.shape[-2] * batch.images0.shape[-1]
    limit = min(settings.points or limit, limit)
    for b in range(len(batch)):
        visible = int((batch.status[b] == Status.VISIBLE).sum())
        positives, total = int(matches.positive[b].sum()), int(matches.valid[b].sum())
        assert total <= limit
        assert total == int(positives / f + 0.5)
        assert positives == visible or int((positives + 1) / f + 0.5) > limit  # lowered only where it must be


@given(batch=BATCHES, settings=SETTINGS)
def test_positives_are_visible_rays_and_negatives_are_other_pixels(batch, settings):
    matches = chosen(batch, settings)
    if matches is None:
        return
    width = batch.images0.shape[-1]
    sources = flat(matches.xy0, width)
    for b in range(len(batch)):
        visible = batch.status[b] == Status.VISIBLE
        targets = zip(batch.xy1[b][visible].tolist(), batch.foreground[b][visible].tolist(), strict=True)
        truth = dict(zip(flat(batch.xy0[b][visible], width), targets, strict=True))
        positive, valid = matches.positive[b].tolist(), matches.valid[b].tolist()
        assert len(set(sources[b])) == len(sources[b])  # each pixel once, padding included
        for n, source in enumerate(sources[b]):
            if positive[n]:
                assert valid[n]
                assert (matches.xy1[b, n].tolist(), bool(matches.foreground[b, n])) == truth[source]
            else:
                assert not matches.foreground[b, n]


@given(batch=BATCHES, settings=SETTINGS)
def test_everything_lies_inside_the_window(batch, settings):
    matches = chosen(batch, settings)
    if matches is None:
        return
    size = torch.tensor([batch.images0.shape[-1], batch.images0.shape[-2]])
    assert matches.xy0.dtype == torch.int32
    assert matches.xy1.dtype == torch.float32
    assert ((matches.xy0 >= 0) & (matches.xy0 < size)).all()
    assert ((matches.xy1 >= -0.5) & (matches.xy1 <= size - 0.5)).all()
    assert (matches.positive <= matches.valid).all()


@given(batch=BATCHES, settings=SETTINGS, seed=st.integers(0, 99))
def test_the_generator_decides_everything(batch, settings, seed):
    first, second = chosen(batch, settings, seed), chosen(batch, settings, seed)
    if first is None or second is None:
        return
    for name in ("xy0", "xy1", "positive", "valid", "foreground"):
        assert torch.equal(getattr(first, name), getattr(second, name))


@given(seed=st.integers(0, 99), size=st.integers(1, 3), settings=SETTINGS)
def test_the_entries_of_a_pair_depend_on_its_place_alone(seed, size, settings):
    """The share of a process, whose longest pair may be shorter, has what the whole batch has at its places."""
    batch = make_batch(seed, 2 * size, 30, 9, 11)
    whole = chosen(batch, settings)
    if whole is None:
        return
    for rank in range(size):
        share = PairBatch(**{name: getattr(batch, name)[rank::size] for name in TENSORS})
        own = select_matches(share, settings, seeded(0), Places(rank, size))
        width = own.valid.shape[1]
        assert not whole.valid[rank::size, width:].any()
        for name in ("xy0", "xy1", "positive", "valid"):
            there, here = getattr(whole, name)[rank::size, :width], getattr(own, name)
            assert torch.equal(there[own.valid], here[own.valid])


TENSORS = ("images0", "images1", "xy0", "xy1", "status", "foreground")


def test_typed_negatives_start_at_hidden_rays():
    batch = make_batch(5, 3, 400, 32, 32, visible=0.2)
    settings = PixelSettings(positives=0.5, typed_negatives=0.75)
    matches = select_matches(batch, settings, seeded(0))
    typed = (batch.status == Status.OCCLUDED) | (batch.status == Status.OUT_OF_VIEW)
    for b in range(len(batch)):
        negatives = matches.xy0[b][matches.negative[b]]
        hidden = set(flat(batch.xy0[b][typed[b]], 32))
        wanted = min(round(0.75 * len(negatives)), len(hidden))
        found = [source in hidden for source in flat(negatives, 32)]
        assert all(found[:wanted])
        assert sum(found) < len(found)  # the rest are pixels of any kind


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25])
def test_no_more_negatives_than_asked_for_start_at_hidden_rays(share):
    """The others start anywhere: at a hidden ray as often as such are among the pixels that are left."""
    batch = make_batch(6, 40, 300, 32, 32, visible=0.4)
    matches = select_matches(batch, PixelSettings(positives=0.5, typed_negatives=share), seeded(1))
    typed = (batch.status == Status.OCCLUDED) | (batch.status == Status.OUT_OF_VIEW)
    hits, expected, variance = 0, 0.0, 0.0
    for b in range(len(batch)):
        negatives, positives = matches.xy0[b][matches.negative[b]], int(matches.positive[b].sum())
        hidden = set(flat(batch.xy0[b][typed[b]], 32))
        wanted = round(share * len(negatives))
        assert wanted < len(hidden)
        found = [source in hidden for source in flat(negatives, 32)]
        assert all(found[:wanted])
        chance = (len(hidden) - wanted) / (32 * 32 - positives - wanted)
        hits += sum(found[wanted:])
        expected += chance * (len(found) - wanted)
        variance += chance * (1 - chance) * (len(found) - wanted)
    assert abs(hits - expected) < 5 * variance**0.5


def test_positives_negatives_and_partners_are_spread_over_the_window():
    batch = make_batch(7, 8, 300, 20, 20, visible=0.9)
    cells = torch.zeros(2, 20, 20)
    kept = torch.zeros(8, 300)
    draw = seeded(2)
    for _ in range(60):
        matches = select_matches(batch, PixelSettings(positives=0.25, points=120), draw)
        for view, xy in enumerate((matches.xy0, matches.xy1.round().int())):
            x, y = xy[matches.negative].long().unbind(-1)
            cells[view].index_put_((y, x), torch.ones(len(x)), accumulate=True)
        source = (matches.xy0.unsqueeze(2) == batch.xy0.unsqueeze(1)).all(-1) & matches.positive.unsqueeze(2)
        kept += source.sum(1)
    expected = 8 * 60 * 90 / 400
    assert cells.amin() > expected - 6 * expected**0.5
    assert cells.amax() < expected + 6 * expected**0.5
    visible = batch.status == Status.VISIBLE
    rate = 60 * 30 / visible.sum(1, keepdim=True)
    assert ((kept - rate).abs()[visible] < 6 * rate.expand_as(kept)[visible] ** 0.5).all()


def test_a_pair_without_visible_rays_has_no_entries():
    batch = make_batch(1, 2, 30, 10, 10)
    status = batch.status.clone()
    status[0] = Status.OCCLUDED
    matches = select_matches(replace(batch, status=status), PixelSettings(), seeded(0))
    assert not matches.valid[0].any()
    assert matches.valid[1].any()
    status[:] = Status.NO_HIT
    assert select_matches(replace(batch, status=status), PixelSettings(), seeded(0)).xy0.shape == (2, 0, 2)


@given(total=st.integers(1, 5000), f=st.floats(0.01, 0.99))
def test_largest_positives(total, f):
    largest = largest_positives(total, f)
    assert int(largest / f + 0.5) <= total < int((largest + 1) / f + 0.5)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"positives": 0.0}, "positives is 0.0: f = |P| / |S| must lie strictly between 0 and 1"),
        ({"positives": 1.0}, "positives is 1.0: f = |P| / |S| must lie strictly between 0 and 1"),
        ({"points": 3}, "points is 3: at f = 0.25 a pair needs 4 or more, or 0 for no limit"),
        ({"points": -1}, "points is -1: at f = 0.25 a pair needs 4 or more, or 0 for no limit"),
        ({"typed_negatives": 1.5}, "typed_negatives is 1.5: a share of the negatives must lie between 0 and 1"),
    ],
)
def test_impossible_settings(change, text):
    with pytest.raises(RequestError) as caught:
        check_selection(replace(PixelSettings(), **change))
    assert str(caught.value) == text


def test_a_window_too_small_for_one_positive():
    with pytest.raises(RequestError, match=r"positives is 0\.01: a window of 25 pixels has no room for a positive"):
        select_matches(make_batch(0, 1, 5, 5, 5), PixelSettings(positives=0.01), seeded(0))
