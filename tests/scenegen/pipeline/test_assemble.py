"""Samples of one room to the arrays of a shard."""

import numpy as np
import pytest

from scenegen.assets.digest import assets_digest
from scenegen.pipeline.assemble import Album, add_counts, preview, shard_content, statistics
from scenegen.pipeline.sample import MadeSample
from scenegen.status import Status


def sample(assets, status=(Status.VISIBLE, Status.OCCLUDED), rejected=None):
    poses = np.tile(np.eye(4), (len(assets), 1, 1)) * np.arange(1, len(assets) + 1)[:, None, None]
    return MadeSample(
        layers={"rgb": tuple(np.arange(2 * 6 * 8 * 3, dtype=np.uint8).reshape(2, 6, 8, 3))},
        arrays={
            "rays/status": np.array([status], np.uint8),
            "objects/T_world_object": poses,
            "sample/overlap": np.array([[1, 0.4], [0.6, 1]], np.float32),
            "sample/baseline_m": np.array([1.25], np.float32),
            "sample/view_angle_deg": np.array([30.0], np.float32),
        },
        assets=tuple(assets),
        rejected=rejected or {},
    )


def album(samples, room=0):
    made = Album(room or len(samples))
    for each in samples:
        made.add(each)
    return made


def test_slots_point_into_one_sorted_table_of_assets():
    mug, car, sofa = ("mug/1", "mug"), ("car/7", "car"), ("sofa/2", "sofa")
    content = shard_content(album([sample([mug, car]), sample([sofa]), sample([])]), {})
    assert content.arrays["assets/id"].tolist() == ["car/7", "mug/1", "sofa/2"]
    assert content.arrays["assets/category"].tolist() == ["car", "mug", "sofa"]
    assert content.arrays["objects/asset"].tolist() == [[1, 0], [2, -1], [-1, -1]]
    poses = content.arrays["objects/T_world_object"]
    assert poses.shape == (3, 2, 4, 4)
    assert (poses[0, 1] == 2 * np.eye(4)).all()
    assert (poses[1, 1] == np.eye(4)).all()
    assert content.arrays["rgb"].shape == (3, 2, 6, 8, 3)
    assert (content.arrays["rgb"][1] == np.stack(sample([]).layers["rgb"])).all()


def test_an_album_copies_what_it_is_given_and_may_stay_half_empty():
    given = sample([])
    made = album([given], room=3)
    assert made.layers["rgb"].shape == (1, 2, 6, 8, 3)
    assert made.samples[0].layers["rgb"][1].base is not None
    assert not np.shares_memory(made.layers["rgb"], given.layers["rgb"][0])
    assert np.shares_memory(made.layers["rgb"], made.samples[0].layers["rgb"][0])
    np.testing.assert_array_equal(made.samples[0].array("rgb"), given.array("rgb"))


def test_a_shard_without_any_object_has_an_empty_table():
    content = shard_content(album([sample([])], room=3), {})
    assert content.arrays["assets/id"].shape == (0,)
    assert content.arrays["objects/asset"].tolist() == [[-1]]


def test_the_preview_is_two_pairs_at_half_size():
    stack = np.zeros((2, 6, 8, 3), np.uint8)
    stack[1] = 200
    assert preview([tuple(stack)]).shape == (3, 8, 3)
    picture = preview([tuple(stack), tuple(stack + 1)])
    assert picture.shape == (6, 8, 3)
    assert picture[0, 0, 0] == 0
    assert picture[0, 4, 0] == 200
    assert picture[3, 0, 0] == 1
    assert preview([tuple(np.zeros((2, 7, 9, 3), np.uint8))]).shape == (3, 8, 3)


def test_figures_of_a_shard():
    told = statistics([sample([("a", "b")], rejected={"wall": 2}), sample([], rejected={"wall": 1, "hole": 4})])
    assert told["rays"] == {
        "no_hit": 0, "visible": 2, "occluded": 2, "out_of_view": 0, "behind_camera": 0, "ambiguous": 0
    }  # fmt: skip
    assert told["overlap"] == [pytest.approx(0.5)] * 2
    assert told["baseline_m"] == [1.25, 1.25]
    assert told["objects"] == [1, 0]
    assert told["rejected"] == {"hole": 4, "wall": 3}


def test_counts_add_up_and_leave_out_nothing_but_zeros():
    assert add_counts([{"b": 1}, {"a": 2, "b": 3}, {"c": 0}]) == {"a": 2, "b": 4}
    assert add_counts([]) == {}


def test_the_digest_sees_every_asset_but_not_their_order():
    a = assets_digest({"x": "1", "y": "2"})
    assert a == assets_digest({"y": "2", "x": "1"})
    assert a != assets_digest({"x": "1", "y": "3"})
    assert a != assets_digest({"x": "1"})
