from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from staging_rooms import IDS, box, furnished, load, prepared, room_of, true_distance

from scenegen.config import CamerasConfig, GenerationConfig, LightConfig, ObjectsConfig
from scenegen.errors import StagingError
from scenegen.geometry import inverse, transform
from scenegen.staging import build_layout, light, prepare_room, shoot
from scenegen.staging.covisibility import sparse_view
from scenegen.staging.pool import Pool

CONFIG = GenerationConfig()


def layout(index=0, stage=None, config=CONFIG):
    return build_layout(stage or prepared(), Pool(IDS), load, config, index)


def same_views(one, two) -> bool:
    return all(np.array_equal(a.T_world_cam, b.T_world_cam) for a, b in zip(one.views, two.views, strict=True))


def test_everything_again_is_the_same():
    """Two processes that meet nothing but the seed: same places, cameras and lights."""
    one, two = (layout(3, prepare_room(furnished(), 7)) for _ in range(2))
    for a, b in zip(one.placed, two.placed, strict=True):
        np.testing.assert_array_equal(a.T_world_object, b.T_world_object)
    first, second = shoot(one, CONFIG, 5), shoot(two, CONFIG, 5)
    assert same_views(first, second)
    assert light(one, first, CONFIG, 5) == light(two, second, CONFIG, 5)


def test_a_sample_depends_on_its_own_indices_alone():
    made_last = [shoot(layout(1), CONFIG, sample) for sample in range(4)][3]
    assert same_views(made_last, shoot(layout(1), CONFIG, 3))


@pytest.mark.parametrize("change", ["seed", "room", "layout", "sample"])
def test_each_index_matters(change):
    reference = shoot(layout(0), CONFIG, 0)
    other = {
        "seed": lambda: shoot(layout(0, prepare_room(furnished(), 1)), CONFIG, 0),
        "room": lambda: shoot(layout(0, prepare_room(furnished(name="other"), 0)), CONFIG, 0),
        "layout": lambda: shoot(layout(1), CONFIG, 0),
        "sample": lambda: shoot(layout(0), CONFIG, 1),
    }[change]()
    assert not same_views(reference, other)


def test_the_scene_is_the_room_and_the_objects():
    made = layout(2)
    assert [b.instance for b in made.scene.bodies] == [1, *(p.instance for p in made.placed)]
    assert made.scene.bodies[0].mesh is made.stage.room.mesh
    assert made.scene.bodies[0].is_static
    for item in made.placed:
        np.testing.assert_array_equal(made.scene.body(item.instance).T_world_body, item.T_world_object)


def test_relight_gives_each_view_its_own_light():
    made = layout()
    shot = shoot(made, CONFIG, 0)
    one, two = light(made, shot, CONFIG, 0)
    assert one != two
    off = light(made, shot, replace(CONFIG, light=LightConfig(relight="off")), 0)
    assert off[0] == off[1] == one


def test_each_view_has_a_generator_of_its_own():
    """Even one and the same view, taken twice, is lit in two ways."""
    made = layout()
    shot = shoot(made, CONFIG, 0)
    one, two = light(made, replace(shot, views=(shot.views[0],) * 2), CONFIG, 0)
    assert one != two


def test_equal_layouts_of_other_numbers_give_other_shots():
    made = layout()
    assert not same_views(shoot(made, CONFIG, 0), shoot(replace(made, index=9), CONFIG, 0))


def test_places_for_cameras_keep_clear_of_objects():
    made = layout(0, config=replace(CONFIG, objects=ObjectsConfig(objects=(8, 8), placement="float")))
    assert len(made.camera_space.points) < (made.stage.free.clearance >= 0.2).sum()
    for item in made.placed:
        local = transform(inverse(item.T_world_object), made.camera_space.points)
        assert true_distance(item.loaded.model.mesh, local).min() * item.scale > 0.35
        assert not ((local > item.loaded.low) & (local < item.loaded.high)).all(1).any()


def test_as_many_lights_as_views():
    config = replace(CONFIG, views=3)
    made = layout()
    shot = shoot(made, config, 0)
    assert len(light(made, shot, config, 0)) == len(shot.views) == 3


def test_cameras_look_at_the_middle_of_the_objects():
    made = layout(0, config=replace(CONFIG, objects=ObjectsConfig(objects=(6, 6))))
    centers = np.array([p.center for p in made.placed])
    target = made.camera_space.target
    assert np.linalg.norm(centers - target, axis=1).min() < 1.2
    assert (target >= centers.min(0) - 0.3).all()
    assert (target <= centers.max(0) + 0.3).all()
    assert np.linalg.norm(made.stage.free.points - target, axis=1).min() == 0


@pytest.mark.parametrize("size", [0.15, 0.4])
def test_a_room_too_small_for_two_cameras_says_so(size):
    tiny = room_of([box((0, 0, 0), (size, size, size), inward=True)], size, "closet")
    with pytest.raises(StagingError, match="room closet: too small for two cameras") as caught:
        prepare_room(tiny, 0)
    assert "\n" not in str(caught.value)


def test_a_failed_sample_names_room_layout_and_sample():
    config = replace(CONFIG, cameras=CamerasConfig(baseline_m=(50.0, 60.0)))
    with pytest.raises(StagingError, match=r"room furnished, layout 2, sample 9: no 2 cameras .*no_candidates"):
        shoot(layout(2), config, 9)


@pytest.mark.parametrize("asset", ["cube/1", "cube/0"])
def test_one_small_thing_is_photographed(asset):
    config = replace(CONFIG, objects=ObjectsConfig(objects=(1, 1)))
    made = build_layout(prepared(), Pool({"cube": (asset,)}), load, config, 0)
    assert len(made.placed) == 1
    for sample in range(4):
        instances = sparse_view(made.scene, shoot(made, config, sample).views, 80).instance
        assert (instances == 2).any(1).all()


def test_small_pictures_are_staged_alike():
    """The size of the picture changes neither places nor cameras, only their pixels."""
    small, large = (shoot(layout(), replace(CONFIG, size=s), 0) for s in ((64, 48), (640, 480)))
    assert same_views(small, large)
    assert small.views[0].camera.f_px == 50


@pytest.mark.slow
@pytest.mark.parametrize("source", ["redkitchen", "copyroom"])
def test_real_scans_are_staged(shared_data: Path, source: str):
    rooms = pytest.importorskip("scenegen.assets.folder_rooms").FolderRooms(shared_data / "rooms")
    room_id = next(i for i in rooms.ids() if source in i)
    room = rooms.load(room_id)
    stage = prepare_room(room, 0, baked=True)
    taken = []
    for index in range(3):
        made = layout(index, stage)
        for sample in range(4):
            shot = shoot(made, CONFIG, sample)
            light(made, shot, CONFIG, sample)
            taken.append(shot.overlap[0, 1])
    assert stage.free.winding == 1
    assert np.ptp(taken) > 0.1
