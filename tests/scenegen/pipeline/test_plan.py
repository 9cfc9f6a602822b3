"""What a run has to make."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.assets.source import hashed_split
from scenegen.config import GenerationConfig, Size
from scenegen.errors import UsageError
from scenegen.pipeline.plan import choose_rooms, file_name, make_plan, objects_for, samples_per_shard


@dataclass(frozen=True)
class Rooms:
    count: int
    name: str = "folder"
    license: str = "test"

    def ids(self):
        return tuple(f"r/{k:03d}" for k in range(self.count))

    def split(self, room_id):
        return hashed_split(room_id)

    def in_order(self, shuffled):
        return shuffled


@dataclass(frozen=True)
class Objects:
    per_category: int
    name: str = "folder"
    license: str = "test"

    def ids(self):
        return {c: tuple(f"{c}/{k}" for k in range(self.per_category)) for c in ("chair", "mug")}

    def split(self, object_id):
        return hashed_split(object_id)

    def listed_split(self, object_id):
        return hashed_split(object_id)


CONFIG = GenerationConfig(rooms=10, pairs_per_room=300, size=Size(128, 96))


def test_a_shard_holds_one_room_and_at_most_128_samples():
    plan = make_plan(CONFIG, Rooms(20), Objects(10))
    assert [j.index for j in plan.jobs] == list(range(30))
    assert [j.samples for j in plan.jobs[:3]] == [128, 128, 44]
    assert [j.first_sample for j in plan.jobs[:3]] == [0, 128, 256]
    assert len({j.file for j in plan.jobs}) == 30
    assert all(j.file.startswith(j.split) for j in plan.jobs)


def test_a_larger_run_contains_the_rooms_of_a_smaller_one():
    many = choose_rooms(replace(CONFIG, rooms=15), Rooms(20))
    assert set(choose_rooms(CONFIG, Rooms(20))) < set(many)
    assert list(many) == sorted(many)
    assert choose_rooms(replace(CONFIG, seed=1), Rooms(20)) != choose_rooms(CONFIG, Rooms(20))


def test_a_source_may_prefer_an_order_of_its_own():
    @dataclass(frozen=True)
    class Backwards(Rooms):
        def in_order(self, shuffled):
            return tuple(sorted(shuffled, reverse=True))

    assert choose_rooms(CONFIG, Backwards(20)) == tuple(f"r/{k:03d}" for k in range(10, 20))


def test_more_rooms_than_there_are():
    with pytest.raises(UsageError, match=r"^--rooms 10: procedural has only 9; ask for at most that many$"):
        make_plan(CONFIG, Rooms(9), Objects(3))


def drawn(pool, count=200):
    rng = np.random.default_rng(0)
    return [pool.draw(rng) for _ in range(count)]


@dataclass(frozen=True)
class Read(Objects):
    """Objects that have to be read for their split."""

    def listed_split(self, object_id):
        return None


@pytest.mark.parametrize("kind", [Objects, Read])
def test_held_out_rooms_get_held_out_objects(kind):
    for split, own in (("val", "val"), ("test", "val"), ("train", "train")):
        pool, name = objects_for(split, kind(50))
        found = drawn(pool)
        assert name == own
        assert {hashed_split(i) for _, i in found} == {own}
        assert {c for c, _ in found} == {"chair", "mug"}


def test_only_what_is_drawn_is_asked_for_its_split():
    asked = []

    class Asked(Read):
        def split(self, object_id):
            asked.append(object_id)
            return hashed_split(object_id)

    pool, _ = objects_for("val", Asked(25_000))
    drawn(pool, 20)
    assert len(asked) < 500


def test_a_library_too_small_to_split_is_used_whole_and_says_so():
    @dataclass(frozen=True)
    class One(Read):
        def split(self, object_id):
            return "train"

    pool, name = objects_for("val", One(3))
    assert name == "all"
    assert len({i for _, i in drawn(pool)}) == 6


def test_file_names_are_safe_and_distinct():
    assert file_name("train", "005", 0) == "train-005-000.h5"
    assert file_name("val", "a/b", 1) != file_name("val", "a_b", 1)
    assert "/" not in file_name("val", "a/b c", 1)


@given(st.text(min_size=120, max_size=300), st.text(max_size=5))
def test_long_names_fit_every_file_system_and_stay_distinct(room, more):
    name = file_name("train", room, 0)
    assert len(f".{name}.tmp-4194304".encode()) <= 255
    assert name.isprintable()
    assert (file_name("train", room + more, 0) == name) == (more == "")


def test_a_room_of_250_characters_of_three_bytes():
    name = file_name("val", "部屋" * 125, 3)
    assert name.startswith("val-部屋部屋")
    assert name.endswith("-003.h5")
    assert len(name.encode()) < 200


def test_the_digest_of_the_listing_sees_every_id():
    digest = make_plan(CONFIG, Rooms(20), Objects(10)).assets_sha256
    assert digest == make_plan(CONFIG, Rooms(20), Objects(10)).assets_sha256
    assert digest != make_plan(CONFIG, Rooms(20), Objects(11)).assets_sha256


def test_large_pictures_make_shards_of_fewer_samples():
    """A shard is built in memory: 640 x 480 with all layers is 8 MB a pair."""
    assert samples_per_shard(GenerationConfig()) == 33
    assert samples_per_shard(GenerationConfig(layers=("rgb",))) == 104
    assert samples_per_shard(GenerationConfig(size=Size(8192, 8192))) == 1
