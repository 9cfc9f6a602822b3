"""Samples made again are those that were stored; what differs is counted."""

from dataclasses import replace
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pytest
import scenes
from rich.console import Console

from scenegen.assets.mesh import concatenate
from scenegen.config import GenerationConfig, Size
from scenegen.lenses import parse
from scenegen.pipeline.attempts import restage, taken
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.pipeline.studio import open_studio
from scenegen.shards.reader import ShardReader
from scenegen.status import Status
from scenegen.verify.audit import DifferenceTally, audit, close_calls, compare, nearby_verdicts, rays_differ
from scenegen.verify.check import ShardReport
from scenegen.verify.deep import Auditor, implausible

CONFIG = GenerationConfig(rooms=1, pairs_per_room=5, size=Size(192, 144))


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    out = tmp_path_factory.mktemp("audit")
    render(CONFIG, out, codec="none", crew=Crew("inline"), cache=None, display=Display(Console(file=StringIO())))
    return next(out.glob("*.h5"))


@pytest.fixture(scope="module")
def studio():
    return open_studio(CONFIG, None)


def test_any_sample_alone_comes_out_as_it_was(shard, studio):
    with ShardReader(shard) as reader:
        found = audit(studio, reader, [4, 1])
    assert {kind: tally.differ for kind, tally in found.items()} == dict.fromkeys(found, 0)
    assert found["rays"].compared == 2 * 36 * 96
    assert found["rgb"].compared == 2 * 2 * 144 * 192


def test_what_differs_is_counted(shard, studio):
    with ShardReader(shard) as reader:
        stored, room, split = reader[0], str(reader.attributes["room"]), str(reader.attributes["split"])
    made = taken(studio, restage(studio, room, split, 0), 0)
    rgb, xy, status, depth = stored.rgb.copy(), stored.xy.copy(), stored.status.copy(), stored.depth.copy()
    rgb[0, 5, 7] ^= 64
    depth[1, 3, :4] *= 1.01
    seen = np.flatnonzero(status[0] == Status.VISIBLE)
    xy[0, seen[0]] += 0.1
    status[0, seen[1]] = Status.OCCLUDED
    status[0, seen[2]] = Status.AMBIGUOUS
    status[0, seen[3:5]] = Status.AMBIGUOUS
    nearby = np.stack([stored.status] * 2)
    nearby[0, 0, seen[3]] = nearby[1, 0, seen[4]] = Status.AMBIGUOUS
    lenses = (stored.lenses[0], parse("brown:0,0,0,0,0"))
    found = compare(made, replace(stored, rgb=rgb, xy=xy, status=status, depth=depth, lenses=lenses), nearby)
    assert {kind: tally.differ for kind, tally in found.items()} == {
        "rgb": 1,
        "depth": 4,
        "instance": 0,
        "normal": 0,
        "cameras": 1,
        "rays": 3,
        "close calls": 2,
    }


def test_ambiguous_stands_for_nothing_else():
    """Each verdict against each other one: equal, or different, unless a nearby tolerance gives the stored one."""
    made, was = (grid.reshape(1, -1).astype(np.uint8) for grid in np.meshgrid(list(Status), list(Status)))
    arrays = {"rays/status": made, "rays/xy": np.zeros((1, 36, 2)), "rays/xy0": np.zeros((36, 2))}
    stored = SimpleNamespace(status=was, xy=arrays["rays/xy"], xy0=arrays["rays/xy0"])
    firm, loose = np.stack([made, made]), np.stack([made, was])
    assert not close_calls(arrays, stored, firm).any()
    assert (rays_differ(arrays, stored, close_calls(arrays, stored, firm)) == (made != was)).all()
    assert (close_calls(arrays, stored, loose) == (made != was)).all()
    assert not rays_differ(arrays, stored, close_calls(arrays, stored, loose)).any()


def crack(tolerances):
    """A floor, a sheet so many tolerances above half of it, and two eyes: straight above its edge, and slanted."""
    high = tolerances * 5e-5 * 3
    x = -0.5 * high * np.sqrt(3)  # the slanted ray to this place passes through the sheet
    floor = scenes.mesh([[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0]], [[0, 1, 2], [0, 2, 3]])
    sheet = scenes.mesh([[0, -1, high], [1, -1, high], [1, 1, high], [0, 1, high]], [[0, 1, 2], [0, 2, 3]])
    eyes = [(x, 0, 3), (x + 3 * np.sqrt(0.75), 0, 1.5)]
    views = tuple(scenes.view(eye, (x, 0, 0), size=(17, 17), f_px=20) for eye in eyes)
    return scenes.scene(concatenate([floor, sheet])), views


@pytest.mark.parametrize(
    ("tolerances", "narrow", "wide"),
    [
        (0.8, Status.VISIBLE, Status.VISIBLE),
        (0.95, Status.AMBIGUOUS, Status.VISIBLE),
        (1.05, Status.AMBIGUOUS, Status.VISIBLE),
        (1.2, Status.AMBIGUOUS, Status.AMBIGUOUS),
        (2.6, Status.AMBIGUOUS, Status.AMBIGUOUS),
        (2.9, Status.OCCLUDED, Status.AMBIGUOUS),
        (3.1, Status.OCCLUDED, Status.AMBIGUOUS),
        (3.4, Status.OCCLUDED, Status.OCCLUDED),
    ],
)
def test_only_a_distance_at_a_threshold_makes_a_close_call(tolerances, narrow, wide):
    """One ray, to the floor beside the sheet's edge: a tenth around one and three tolerances is rounding, no more."""
    scene, views = crack(tolerances)
    found = nearby_verdicts(scene, views, np.array([[8, 8]], np.uint16))
    assert found.tolist() == [[[narrow]], [[wide]]]


def test_true_samples_have_hardly_a_close_call(studio):
    """So few verdicts hang on rounding that a change of more of them is none."""
    staged = restage(studio, "room_000", "train", 0)
    made = taken(studio, staged, 0).arrays
    nearby = nearby_verdicts(staged.layout.scene, staged.view_set.views, made["rays/xy0"])
    assert (nearby != made["rays/status"]).any(0).mean() < 2e-3


def test_tallies_add_up():
    assert DifferenceTally(4, 1) + DifferenceTally(6, 0) == DifferenceTally(10, 1)
    assert (DifferenceTally(10, 1).rate, DifferenceTally().rate) == (0.1, 0.0)


def test_the_auditor_finds_nothing_wrong_with_a_true_shard(shard):
    auditor = Auditor(shard.parent, 2)
    assert auditor.look(shard, ShardReport(shard.name, ())).problems == ()
    assert auditor.notes == []
    assert auditor.tallies["rays"].differ == 0


def test_without_the_assets_it_says_so_and_checks_the_rest(shard, tmp_path):
    copy = tmp_path / shard.name
    copy.write_bytes(shard.read_bytes())
    auditor = Auditor(tmp_path, 1)
    assert auditor.look(copy, ShardReport(copy.name, ())).problems == ()
    assert "nothing is made again, the assets are not at hand" in auditor.notes[0]
    assert auditor.tallies == {}


class Mirrored:
    """A reader whose pictures are turned against their labels."""

    def __init__(self, reader):
        self._reader = reader

    def __getitem__(self, index):
        sample = self._reader[index]
        return replace(sample, rgb=sample.rgb[:, :, ::-1])


def test_mirrored_pictures_are_a_problem(shard):
    with ShardReader(shard) as reader:
        assert implausible(reader, [0, 1, 2]) == []
        (line,) = implausible(Mirrored(reader), [0, 1, 2])
    with ShardReader(shard) as reader:
        assert implausible(Mirrored(reader), [0, 1]) == []
    assert line == "labels fit the pictures better mirrored in x, in 3 of 3 views"
