"""How a sample falls back to other arrangements, and the light that it is given."""

import numpy as np
import pytest
from room_maker import room, write_ply

from scenegen.config import CamerasConfig, GenerationConfig, Size
from scenegen.errors import StagingError
from scenegen.geometry import compose, rotation_about, transform
from scenegen.pipeline import attempts
from scenegen.pipeline.attempts import stage_sample
from scenegen.pipeline.plan import objects_for
from scenegen.pipeline.studio import Studio, open_studio, room_stage
from scenegen.staging.covisibility import COARSE, sparse_view
from scenegen.staging.lighting import _arriving, lit_sample
from scenegen.staging.stage import light
from scenegen.staging.viewpoints import NoViewsError


@pytest.fixture
def fake(monkeypatch):
    """Staging that fails in the arrangements listed in `bad`, and records what was tried."""
    bad, tried = set(), []

    def build(stage, ids, load, config, number):
        return number

    def shoot(layout, config, index):
        tried.append((layout, index))
        if layout in bad:
            raise NoViewsError("no cameras", {"wall": 3})
        return f"shot {layout}"

    monkeypatch.setattr(attempts, "build_layout", build)
    monkeypatch.setattr(attempts, "shoot", shoot)
    monkeypatch.setattr(attempts, "light", lambda layout, shot, config, index: ())
    return bad, tried


def ambient_shares(room_source, count=16):
    """Share of the ambient light in all that reaches what a camera sees, for `count` draws in one room."""
    config = GenerationConfig(rooms=1, room_source=room_source, size=Size(160, 120))
    place = open_studio(config, None)
    room = place.rooms.ids()[0]
    staged = stage_sample(place, room_stage(place, room), objects_for("train", place.objects)[0], 0)
    seen = lit_sample(staged.layout.scene, sparse_view(staged.layout.scene, staged.view_set.views[:1], COARSE))
    up = (1 + seen.normals[:, 2]).mean() / 2
    shares = []
    for index in range(count):
        lighting = light(staged.layout, staged.view_set, config, index)[0]
        ambient = sum(lighting.ambient_up) * up + sum(lighting.ambient_down) * (1 - up)
        places, radii = (np.array(v) for v in zip(*((p.position, p.radius_m) for p in lighting.lights), strict=True))
        arriving = _arriving(staged.layout.scene, places, radii, seen)
        lamps = sum(a * sum(lamp.color) for a, lamp in zip(arriving, lighting.lights, strict=True))
        shares.append(ambient / (ambient + lamps))
    return np.array(shares)


def test_a_scanned_room_is_lit_softly_and_a_built_in_one_is_not(tmp_path):
    """The colours of a scan hold light and shadow already: 60 to 80 % of its light is ambient, else 30 to 50 %.

    Lamps that stand hidden are made up for by more, so the lower quarter tells.
    """
    vertices, faces, _ = room(np.random.default_rng(1), tables=1)
    y_up = compose(rotation_about((1, 0, 0), -np.pi / 2))
    rgb = np.full((len(vertices), 3), (200, 150, 100), np.uint8)
    write_ply(tmp_path / "005" / "005.ply", transform(y_up, vertices), faces, rgb)
    scan, built = (np.quantile(ambient_shares(name), 0.25) for name in (f"scenenn:{tmp_path}", "procedural"))
    assert 0.57 < scan < 0.83
    assert 0.27 < built < 0.53


def workplace(cameras=CamerasConfig()):  # noqa: B008 (frozen)
    return Studio(GenerationConfig(cameras=cameras), None, None, None, None)  # pyright: ignore[reportArgumentType]


def test_neighbours_share_an_arrangement(fake):
    place = workplace()
    assert [stage_sample(place, None, {}, k).layout for k in range(6)] == [0, 0, 0, 0, 1, 1]


def test_a_sample_without_cameras_gets_an_arrangement_of_its_own(fake):
    bad, tried = fake
    bad.add(0)
    place = workplace()
    staged = [stage_sample(place, None, {}, k) for k in (0, 1)]
    assert staged[0].layout != staged[1].layout
    assert all(s.layout >= 1_000_000 for s in staged)
    assert staged[0].rejected == {"layout": 1, "wall": 3}
    assert tried[0] == (0, 0)


def test_a_hopeless_sample_is_given_up_with_its_reasons(fake):
    bad, _ = fake
    bad.update([0, *range(1_000_000, 1_000_100)])
    with pytest.raises(StagingError) as error:
        stage_sample(workplace(), None, {}, 2)
    assert str(error.value) == (
        "sample 2: no cameras found in 6 arrangements (layout 6, wall 18); "
        "widen --overlap, --baseline-m or --target-distance-m, or leave this room out"
    )


def test_where_no_cameras_are_found_the_lens_is_named(fake):
    bad, _ = fake
    bad.update([0, *range(1_000_000, 1_000_100)])
    with pytest.raises(StagingError, match=r"use another lens than --lens fisheye:0.1,0,0,0, widen --overlap"):
        stage_sample(workplace(CamerasConfig(lens="fisheye:0.1,0,0,0")), None, {}, 2)
