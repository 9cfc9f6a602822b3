"""Positives of one object in two samples: where rays find them, by key alone, and refused in a line."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from across_world import Staged, tone, write_shard
from export_world import made_run
from s3_server import sent
from surface_scene import BOARD, EYE, HERE, THERE, THING
from training_world import assert_same

from scenegen.geometry import compose, inverse, lengths, project, rotation_about, transform
from scenegen.rays import view_rays
from scenegen.shards import Status
from scenegen.tracing.raycaster import nearest, surface
from training.data.across import AcrossData, open_across, thinned
from training.data.dense import open_dense_pairs
from training.data.item import REPLACEMENTS
from training.data.loader import train_batches
from training.data.pairs import PairData, open_pairs
from training.data.windows import ViewRays
from training.errors import DataError
from training.settings import DataSettings, WarpSettings

WHOLE = DataSettings(crop=0, min_matches=64, flip_p=0, workers=0, positives_across=1.0)
SMALL = DataSettings(crop=32, min_matches=8, workers=0, positives_across=0.5)
ELSEWHERE = compose(translation=(2.2, -1.8, 0.4))


def around(pose, *turns):
    """Cameras that look at an object as EYE looks at the one that stands HERE, turned about it."""
    ways = [pose @ compose(rotation_about((0, 0, 1), turn)) @ inverse(HERE) for turn in turns]
    return tuple((transform(way, EYE), pose[:3, 3]) for way in ways)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The thing in two rooms, among others; what is in the first two samples stands in one arrangement."""
    folder = tmp_path_factory.mktemp("across")
    first = Staged((("mug", THING, HERE), ("cup", BOARD, ELSEWHERE)), around(HERE, 0.0, 0.4))
    second = Staged((("tin", BOARD, ELSEWHERE), ("mug", THING, THERE)), around(THERE, -0.3, 0.5))
    shown = write_shard(folder / "a.h5", "one", [first, first])
    shown += write_shard(folder / "b.h5", "two", [second], first=2)
    return folder, shown


def opened(folder, settings=WHOLE, split="train", seed=0):
    return open_across(open_pairs(folder, split, settings, seed))


def whose(item):
    """(sample, view) of both pictures."""
    return tuple(divmod(int(image[0, 0, 0]) - tone(0, 0), 10) for image in (item.image0, item.image1))


def test_the_pictures_are_of_two_arrangements_that_show_the_object(world):
    data = opened(world[0])
    pairs = {whose(data[epoch, number]) for epoch in range(12) for number in range(3)}
    assert {tuple(sample for sample, _ in pair) for pair in pairs} == {(0, 2), (1, 2), (2, 0), (2, 1)}
    assert {view for pair in pairs for _, view in pair} == {0, 1}


def test_matches_are_where_rays_find_the_point_of_the_object(world):
    """The exact hit of a pixel, carried to where the object stands in the other sample, projects there and is seen."""
    folder, shown = world
    data = opened(folder)
    for epoch in range(4):
        for number in range(3):
            item = data[epoch, number]
            (i, view), (j, other) = whose(item)
            a, b = shown[i], shown[j]
            rays, eye = view_rays(a.views[view], item.rays.xy0.astype(float)), a.views[view].position[None]
            hits = nearest(a.scene, eye, rays)
            slots = [int(np.flatnonzero(each.object_id == "mug")[0]) for each in (a, b)]
            assert (hits.instance == 2 + slots[0]).all()
            points = surface(a.scene, hits, eye, rays).points
            there = transform(b.T_world_object[slots[1]] @ inverse(a.T_world_object[slots[0]]), points)
            xy, z = project(b.K[other], b.T_world_cam[other], there)
            assert np.abs(xy - item.rays.xy1).max() < 1e-3
            seen = nearest(b.scene, b.views[other].position[None], there - b.views[other].position)
            behind_m = (1 - seen.t) * lengths(there - b.views[other].position)
            assert (behind_m <= 2 * 1.5 * z / b.K[other, 0, 0]).all()  # 1.5 px apart, along a slanted surface
            assert (behind_m < 1e-3).mean() > 0.95
            assert (item.rays.status == Status.VISIBLE).all()
            assert item.rays.foreground.all()
            assert len(item.rays) > 500


def test_windows_that_are_cut_mirrored_and_warped_hold_matches(world):
    folder, _ = world
    settings = replace(WHOLE, crop=64, flip_p=1.0, min_matches=32, warp=WarpSettings(20.0, 1.2))
    item = opened(folder, settings)[0, 0]
    visible = item.rays.status == Status.VISIBLE
    assert item.image0.shape == item.image1.shape == (3, 64, 64)
    assert visible.sum() >= 32
    for xy in (item.rays.xy0, item.rays.xy1[visible]):
        assert (xy >= -0.5).all()
        assert (xy < 63.5).all()


def test_a_pair_depends_on_its_key_and_the_seed_alone(world):
    folder, _ = world
    data = opened(folder)
    items = {(epoch, number): data[epoch, number] for epoch in (0, 1) for number in range(3)}
    other = pickle.loads(pickle.dumps(opened(folder)))
    for key in reversed(items):
        assert_same(items[key], other[key])
    assert len({whose(item) for item in items.values()}) > 2
    again = opened(folder, seed=1)
    assert any(whose(again[key]) != whose(item) for key, item in items.items())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Rendered: six samples of two rooms, four arrangements of few objects."""
    return made_run(tmp_path_factory.mktemp("run"))


def test_a_share_of_the_pairs_and_the_others_as_they_were(run):
    data, own = opened(run, SMALL), open_pairs(run, "train", SMALL, 0)
    keys = [(epoch, number) for epoch in range(50) for number in range(len(own))]
    same = [np.array_equal(data[key].image1, own[key].image1) for key in keys]
    assert 0.4 < np.mean(same) < 0.6
    for key, alike in zip(keys[:30], same, strict=False):
        if alike:
            assert_same(data[key], own[key])


def batches(data, **how):
    return list(train_batches(data, 2, 3, 0, **how))


def test_batches_do_not_depend_on_processes_or_workers(run):
    alone = batches(opened(run, SMALL))
    working = batches(opened(run, replace(SMALL, workers=2)))
    shared = [batches(opened(run, SMALL), rank=rank, world=2) for rank in (0, 1)]
    for k, batch in enumerate(alone):
        assert (batch.images1 == working[k].images1).all()
        assert (batch.xy0 == working[k].xy0).all()
        for rank in (0, 1):
            assert (batch.images0[rank::2] == shared[rank][k].images0).all()
            assert (batch.images1[rank::2] == shared[rank][k].images1).all()


def test_a_set_at_an_address(run):
    (run / "local.json").unlink(missing_ok=True)
    there = opened(sent(run, "memory://across/run"), SMALL)
    here = opened(run, SMALL)
    for number in range(len(here)):
        assert_same(there[0, number], here[0, number])
    assert there.start_method == "spawn"


def test_dense_truth_is_every_shared_pixel(world):
    folder, _ = world
    data = open_across(open_dense_pairs(folder, "train", WHOLE, 0))
    item = data[0, 0]
    x, y = item.rays.xy0.T
    assert item.covisible is not None
    assert item.flow is not None
    assert item.covisible[y, x].all()
    assert item.covisible.sum() >= len(x)
    np.testing.assert_allclose(item.flow[:, y, x].T, item.rays.xy1 - item.rays.xy0, atol=1e-5)
    assert (item.flow[:, ~item.covisible] == 0).all()


def test_no_more_matches_than_rays_are_traced():
    numbers = np.arange(500)
    places = np.stack([numbers, numbers], 1)
    many = ViewRays(places, places.astype(np.float32), numbers, numbers >= 250)
    assert thinned(many, 500, np.random.default_rng(0)) is many
    few = thinned(many, 100, np.random.default_rng(0))
    assert len(np.unique(few.status)) == 100
    assert (few.xy0 == few.status[:, None]).all()
    assert 30 < few.foreground.sum() < 70


def test_as_taken_are_the_own_pairs(world):
    data = opened(world[0])
    still = data.as_taken()
    assert type(still) is PairData
    data.passed_over = 2
    assert data.remark() == (
        "2 times another pair took the place of one without windows of enough matches, "
        "or across samples without an object that is seen elsewhere"
    )
    assert (len(data), data.window, data.start_method) == (3, (160, 120), None)
    assert opened(world[0]).remark() == ""


def test_a_sample_without_such_an_object_is_passed_over(world, tmp_path):
    folder, _ = world
    for name in ("a.h5", "b.h5"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    write_shard(tmp_path / "c.h5", "three", [Staged((("pot", THING, HERE),), around(HERE, 0.0, 0.4))], first=3)
    data = opened(tmp_path)
    item = data[0, 3]
    assert item.passed_over >= 1
    assert 3 not in {sample for sample, _ in whose(item)}
    assert data[0, 0].passed_over == 0


def message(data, settings=WHOLE, open_it=opened):
    with pytest.raises(DataError) as caught:
        open_it(data, settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_no_pair_has_enough_matches(world):
    folder, _ = world
    text = message(folder, replace(WHOLE, min_matches=15000), lambda *how: opened(*how)[0, 0])
    assert text == (
        f"{folder}: {REPLACEMENTS} samples in a row show no object by 15000 pixels or more that a sample of another "
        "arrangement shows as well: use a smaller --min-matches or a larger --crop, or leave out --positives-across"
    )


@pytest.mark.parametrize("missing", ["depth", "instance"])
def test_layers_that_are_not_there(tmp_path, missing):
    staged = [Staged((("mug", THING, HERE),), around(HERE, 0.0, 0.4), layout) for layout in (0, 1)]
    write_shard(tmp_path / "a.h5", "one", staged)
    write_shard(tmp_path / "b.h5", "two", staged, layers=tuple({"depth", "instance"} - {missing}))
    assert message(tmp_path) == (
        f"{tmp_path / 'b.h5'}: has no {missing} layer, by which --positives-across finds objects: "
        "render into a new folder with `scenegen render --layers rgb,depth,instance`"
    )


def test_nothing_stands_twice(tmp_path):
    write_shard(tmp_path / "a.h5", "one", [Staged((("mug", THING, HERE),), around(HERE, 0.0, 0.4))] * 2)
    write_shard(tmp_path / "b.h5", "two", [Staged((("cup", THING, HERE),), around(HERE, 0.0, 0.4))])
    assert message(tmp_path) == (
        f"{tmp_path}: no object stands once in each of two arrangements, as --positives-across asks for: "
        "render more rooms, or with --pairs-per-layout 1, or from a smaller library with fewer --objects"
    )


def test_the_class_is_what_the_loader_asks_for(world):
    assert isinstance(opened(world[0]), AcrossData)
