"""Which objects stand in which samples: read from tables, of all shards."""

import numpy as np
import pytest
from across_world import Staged, write_shard
from surface_scene import BOARD, EYE, HERE, THERE, THING

from scenegen.shards import ShardSet
from scenegen.shards.opening import OpenShard
from training.data.standing import standing

CAMERAS = ((EYE, HERE[:3, 3]),) * 2


def staged(*names, layout=0):
    return Staged(
        tuple((name, THING, pose) for name, pose in zip(names, (HERE, THERE, HERE), strict=False)), CAMERAS, layout
    )


def rows(found):
    return list(zip(found.sample.tolist(), found.object.tolist(), found.slot.tolist(), strict=True))


def test_what_stands_in_two_arrangements_of_any_room(tmp_path):
    write_shard(tmp_path / "a.h5", "one", [staged("mug", "cup"), staged("mug", "cup"), staged("pot", "cup", layout=1)])
    write_shard(tmp_path / "b.h5", "two", [staged("tin", "mug")])
    found = standing(ShardSet(tmp_path))
    assert rows(found) == [(0, 0, 0), (0, 1, 1), (1, 0, 0), (1, 1, 1), (2, 1, 1), (3, 0, 1)]
    assert [found.sample[found.elsewhere(row)].tolist() for row in range(6)] == [[3], [2], [3], [2], [0, 1], [0, 1]]
    assert [found.rows_of(sample).tolist() for sample in range(4)] == [[0, 1], [2, 3], [4], [5]]
    assert len(found) == 6


def test_a_sample_without_any_has_no_rows(tmp_path):
    write_shard(tmp_path / "a.h5", "one", [staged("mug"), staged("pot", layout=1), staged("mug", layout=2)])
    found = standing(ShardSet(tmp_path))
    assert found.rows_of(1).tolist() == []
    assert rows(found) == [(0, 0, 0), (2, 0, 0)]


def test_what_stands_twice_in_a_sample_is_left_out_there(tmp_path):
    write_shard(tmp_path / "a.h5", "one", [staged("mug", "mug"), staged("mug", layout=1), staged("mug", layout=2)])
    assert [sample for sample, *_ in rows(standing(ShardSet(tmp_path)))] == [1, 2]


def test_an_arrangement_may_go_over_two_shards(tmp_path):
    for name in ("a.h5", "b.h5"):
        write_shard(tmp_path / name, "one", [staged("mug")])
    assert len(standing(ShardSet(tmp_path))) == 0
    write_shard(tmp_path / "b.h5", "two", [staged("mug")])
    assert len(standing(ShardSet(tmp_path))) == 2


def test_ids_are_those_of_a_source(tmp_path):
    for name, source in (("a.h5", "folder"), ("b.h5", "shapenet")):
        write_shard(tmp_path / name, name, [staged("mug")], source=source)
    assert len(standing(ShardSet(tmp_path))) == 0


def test_no_picture_is_unpacked(tmp_path, monkeypatch):
    write_shard(tmp_path / "a.h5", "one", [staged("mug"), staged("mug", layout=1)])
    real, read = OpenShard.part, []
    monkeypatch.setattr(OpenShard, "part", lambda self, name, index: read.append(name) or real(self, name, index))
    assert len(standing(ShardSet(tmp_path))) == 2
    assert not {"rgb", "depth", "instance", "normal"} & set(read)


def test_no_objects_at_all(tmp_path):
    write_shard(tmp_path / "a.h5", "one", [Staged((("board", BOARD, HERE),), CAMERAS)])
    found = standing(ShardSet(tmp_path))
    assert (len(found), found.starts.tolist()) == (0, [0])
    assert found.sample.dtype == np.int64


@pytest.mark.parametrize("split", ["train", "val"])
def test_of_one_split(tmp_path, split):
    write_shard(tmp_path / "a.h5", "one", [staged("mug"), staged("mug", layout=1)], split="train")
    write_shard(tmp_path / "b.h5", "two", [staged("mug")], split="val")
    assert len(standing(ShardSet(tmp_path, split))) == {"train": 2, "val": 0}[split]
