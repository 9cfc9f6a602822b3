"""Samples made again are those that were stored; what differs is counted."""

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from scenegen.config import GenerationConfig, Size
from scenegen.pipeline.audit import Tally, audit, compare, spread
from scenegen.pipeline.deep import Auditor, implausible
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.pipeline.studio import open_studio, remake
from scenegen.shards.reader import ShardReader
from scenegen.shards.verify import Report
from scenegen.tracing.status import Status

CONFIG = GenerationConfig(rooms=1, pairs_per_room=5, size=Size(192, 144))


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    out = tmp_path_factory.mktemp("audit")
    render(CONFIG, out, codec="none", workers=0, cache=None, display=Display(Console(file=StringIO())))
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
    made = remake(studio, room, split, 0)
    rgb, xy, status, depth = stored.rgb.copy(), stored.xy.copy(), stored.status.copy(), stored.depth.copy()
    rgb[0, 5, 7] ^= 64
    depth[1, 3, :4] *= 1.01
    seen = np.flatnonzero(status[0] == Status.VISIBLE)
    xy[0, seen[0]] += 0.1
    status[0, seen[1]] = Status.OCCLUDED
    status[0, seen[2]] = Status.AMBIGUOUS
    found = compare(made, replace(stored, rgb=rgb, xy=xy, status=status, depth=depth))
    assert {kind: tally.differ for kind, tally in found.items()} == {
        "rgb": 1,
        "depth": 4,
        "instance": 0,
        "normal": 0,
        "cameras": 0,
        "rays": 2,
    }


def test_rows_are_spread_over_a_shard():
    assert spread(10, 3) == [0, 4, 9]
    assert spread(2, 5) == [0, 1]
    assert spread(7, 1) == [0]


def test_tallies_add_up():
    assert Tally(4, 1) + Tally(6, 0) == Tally(10, 1)
    assert (Tally(10, 1).rate, Tally().rate) == (0.1, 0.0)


def test_the_auditor_finds_nothing_wrong_with_a_true_shard(shard):
    auditor = Auditor(shard.parent, 2)
    assert auditor.look(shard, Report(shard.name, ())).problems == ()
    assert auditor.notes == []
    assert auditor.tallies["rays"].differ == 0


def test_without_the_assets_it_says_so_and_checks_the_rest(shard, tmp_path):
    copy = tmp_path / shard.name
    copy.write_bytes(shard.read_bytes())
    auditor = Auditor(tmp_path, 1)
    assert auditor.look(copy, Report(copy.name, ())).problems == ()
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
