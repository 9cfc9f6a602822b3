"""What an import has to make: splits by name, shards of bounded size, a frame for pictures of all sizes."""

from dataclasses import replace

import numpy as np
import pytest
from import_world import save_rgb, shots, write_rgbd

from scenegen.config import Size
from scenegen.errors import UsageError
from scenegen.importing.options import ImportOptions, checked_options
from scenegen.importing.planning import MOST_BYTES, MOST_SAMPLES, find_import, imported_per_shard, parts, split_of
from scenegen.shards.by_depth import Noise


@pytest.fixture
def source(tmp_path):
    for name in ("hall", "kitchen"):
        write_rgbd(tmp_path / name, shots(4))
    return find_import("rgbd", tmp_path, ImportOptions())


def test_one_in_five_sequences_is_held_out_by_its_name_alone():
    names = [f"scene{k:04d}" for k in range(2000)]
    held = [split_of(name, ImportOptions()) == "val" for name in names]
    assert 0.17 < np.mean(held) < 0.23
    assert held == [split_of(name, ImportOptions(seed=7)) == "val" for name in names]
    assert {split_of(name, ImportOptions(split="test")) for name in names} == {"test"}


def test_a_sequence_is_cut_into_shards_that_hold_all_of_it(source):
    large = replace(source, size=(4000, 3000))
    assert imported_per_shard(source) == MOST_SAMPLES
    assert imported_per_shard(large) * 2 * 4000 * 3000 * 7 <= MOST_BYTES
    found = list(parts(large, ImportOptions(pairs=9)))
    for name in ("hall", "kitchen"):
        own = [part for part in found if part.sequence == name]
        assert [part.first for part in own] == np.cumsum([0, *(part.samples for part in own[:-1])]).tolist()
        assert sum(part.samples for part in own) == 9
        assert [part.number for part in own] == list(range(len(own)))
        assert len({part.split for part in own}) == 1


def test_no_more_pairs_are_planned_than_can_differ(source):
    assert sum(part.samples for part in parts(source, ImportOptions())) == 2 * 4
    assert sum(part.samples for part in parts(source, ImportOptions(pairs=500))) == 2 * 12


def test_the_noise_that_is_given_counts_for_all(tmp_path):
    write_rgbd(tmp_path, shots(2))
    source = find_import("rgbd", tmp_path, ImportOptions(noise_m=0.01, noise_per_m=0.02))
    assert source.sequences[0].noise == Noise(0.01, 0.02, 0.0)
    assert '"depth_noise":{"floor_m":0.01,"per_m":0.02,"per_m2":0.0}' in source.config_json


def test_pictures_of_several_sizes_share_a_frame(tmp_path):
    write_rgbd(tmp_path / "a", shots(2))
    write_rgbd(tmp_path / "b", shots(2))
    assert find_import("rgbd", tmp_path, ImportOptions()).size == (160, 120)
    for k in range(2):
        save_rgb(tmp_path / "b" / f"frame-{k:06d}.color.png", np.zeros((900, 100, 3), np.uint8))
    assert find_import("rgbd", tmp_path, ImportOptions()).size == (160, 480)
    assert find_import("rgbd", tmp_path, ImportOptions(size=Size(64, 64))).size == (64, 64)


def test_pictures_that_are_too_small_are_refused(tmp_path):
    write_rgbd(tmp_path, shots(2))
    for path in tmp_path.glob("*.color.png"):
        save_rgb(path, np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(UsageError, match=r"its pictures need 8x8 pixels, and 16 to 8192 are possible: give a --size"):
        find_import("rgbd", tmp_path, ImportOptions())


def test_what_there_is_to_choose_from_has_a_digest(tmp_path, source):
    assert find_import("rgbd", tmp_path, ImportOptions(seed=3)).digest == source.digest
    write_rgbd(tmp_path / "attic", shots(2))
    assert find_import("rgbd", tmp_path, ImportOptions()).digest != source.digest


def test_usual_options_are_possible():
    assert checked_options(ImportOptions()) == ImportOptions()
