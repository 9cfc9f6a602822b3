"""The configuration: one record for the command line, the file and the shard."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.config import (
    CELLS,
    CamerasConfig,
    GenerationConfig,
    LightConfig,
    ObjectsConfig,
    Range,
    Size,
    checked,
    from_dict,
)
from scenegen.errors import UsageError
from scenegen.layers import LAYER

DEFAULT = GenerationConfig()


def test_the_default_is_possible_and_is_the_documented_one():
    assert checked(DEFAULT) is DEFAULT
    assert DEFAULT.size == (640, 480)
    assert DEFAULT.rays == 38400
    assert DEFAULT.cell == (2, 4)


@given(st.sampled_from(sorted(CELLS)), st.integers(32, 700), st.integers(32, 700))
def test_rays_are_one_for_each_whole_cell(fraction, width, height):
    config = replace(DEFAULT, trace_fraction=fraction, size=Size(width, height))
    w, h = config.cell
    assert w * h == round(1 / fraction)
    assert config.rays == (width // w) * (height // h)


@given(
    st.integers(1, 99),
    st.integers(0, 2**63 - 1),
    st.sampled_from(["float", "rest", "mixed"]),
    st.tuples(st.floats(0, 0.4), st.floats(0.5, 1)),
)
def test_json_and_back_is_the_same(rooms, seed, placement, overlap):
    config = GenerationConfig(
        rooms=rooms,
        seed=seed,
        objects=ObjectsConfig(placement=placement),
        cameras=CamerasConfig(overlap=Range(*overlap)),
    )
    assert from_dict(json.loads(config.to_json())) == config


def test_the_digest_does_not_depend_on_where_the_assets_lie():
    a = replace(DEFAULT, room_source="scenenn:/here", object_source="shapenet:/there")
    b = replace(DEFAULT, room_source="scenenn:/elsewhere", object_source="shapenet:/x")
    assert a.portable().sha256() == b.portable().sha256()
    assert "/" not in a.portable().to_json()
    assert a.portable().sha256() != DEFAULT.portable().sha256()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rooms": 0}, "--rooms 0: at least 1 room is needed"),
        ({"pairs_per_room": 0}, "--pairs-per-room 0: at least 1 is needed"),
        ({"views": 1}, "--views 1: a sample has 2 to 16 views, 2 to 96 with --trajectory"),
        ({"views": 17}, "--views 17: a sample has 2 to 16 views, 2 to 96 with --trajectory"),
        (
            {"views": 97, "cameras": CamerasConfig(trajectory="walk")},
            "--views 97: a sample has 2 to 16 views, 2 to 96 with --trajectory",
        ),
        (
            {"cameras": CamerasConfig(trajectory="walk", overlap=Range(0.5, 0.9))},
            "--overlap: follows from --rig or --trajectory; leave it out",
        ),
        (
            {"cameras": CamerasConfig(rig="stereo:0.1", baseline_m=Range(0.5, 1))},
            "--baseline-m: follows from --rig or --trajectory; leave it out",
        ),
        (
            {"cameras": CamerasConfig(trajectory="walk", rig="stereo:0.1")},
            "--trajectory walk: is for one camera; leave out --rig stereo:0.1",
        ),
        ({"size": Size(8, 8)}, "--size 8x8: width and height must be 32 to 8192 pixels, as in 640x480"),
        ({"trace_fraction": 0.3}, "--trace-fraction 0.3: choose one of 1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625"),
        (
            {"layers": ("rgb", "depht")},
            f"--layers depht: unknown; choose from {','.join(LAYER)}",
        ),
        ({"layers": ("depth",)}, "--layers: rgb cannot be left out"),
        ({"seed": -1}, "--seed -1: must be 0 or a positive 63-bit integer"),
        ({"cameras": CamerasConfig(overlap=Range(0.9, 0.2))}, "--overlap 0.9:0.2: must be LOW:HIGH within 0:1"),
        ({"cameras": CamerasConfig(overlap=Range(0.2, 1.2))}, "--overlap 0.2:1.2: must be LOW:HIGH within 0:1"),
        ({"cameras": CamerasConfig(max_angle_deg=0)}, "--max-angle-deg 0: must be 0 to 180"),
        *(
            (
                {"cameras": CamerasConfig(rig=rig)},
                f"--rig {rig}: must be free, or stereo:METRES from 0.001 to 10, as stereo:0.12",
            )
            for rig in (
                "stereo",
                "stereo:",
                "stereo:0",
                "stereo:nan",
                "stereo:11",
                "stereo:-1",
                "stereo:a",
                "stereo: 0.1",
                "stereo:0.1 ",
                "stereo:1e-1",
                "stereo:+0.1",
                "stereo:0.1_0",
                "stereo:.",
                "fan:1",
                "",
            )
        ),
        ({"objects": ObjectsConfig(objects=Range(-1, 3))}, "--objects -1:3: must be LOW:HIGH within 0:200"),
        (
            {"objects": ObjectsConfig(objects=Range(2.9, 2.9))},
            "--objects 2.9:2.9: must be whole numbers LOW:HIGH, as in 1:3",
        ),
        ({"light": LightConfig(lights=Range(1, 1.5))}, "--lights 1:1.5: must be whole numbers LOW:HIGH, as in 1:3"),
        ({"objects": ObjectsConfig(clearance_m=2)}, "--clearance-m 2: must be 0 to 1 metre"),
        ({"light": LightConfig(lights=Range(0, 1))}, "--lights 0:1: must be LOW:HIGH within 1:8"),
        *(
            (
                {"cameras": CamerasConfig(lens=lens)},
                f"--lens {lens}: must be pinhole or brown:K1,K2,P1,P2,K3 or fisheye:K1,K2,K3,K4",
            )
            for lens in ("", "brown", "brown:1,2", "fisheye:0,0,0,nan", "wide", "pinhole:0")
        ),
        (
            {"cameras": CamerasConfig(lens="brown:-0.3,0,0,0,0", focal_px=Range(400, 900)), "size": Size(320, 240)},
            "--lens brown:-0.3,0,0,0,0: at 320x240 and a focal length of 200 px the picture is folded over, or reaches "
            "85 degrees from the axis: choose smaller coefficients, or a longer focal length",
        ),
        (
            {"cameras": CamerasConfig(focal_px=Range(float("nan"), 1))},
            "--focal-px nan:1: must be LOW:HIGH within 50:10000",
        ),
    ],
)
def test_impossible_values_are_named_with_what_is_possible(change, message):
    with pytest.raises(UsageError) as error:
        checked(replace(DEFAULT, **change))
    assert str(error.value) == message
    assert error.value.exit_code == 2


def test_a_lens_changes_the_digest_and_the_default_does_not_stand_in_it():
    bent = replace(DEFAULT, cameras=CamerasConfig(lens="brown:-0.1,0.02,0,0,0"))
    assert "lens" not in DEFAULT.to_json()
    assert bent.sha256() != DEFAULT.sha256()
    assert from_dict(json.loads(bent.to_json())) == checked(bent)
    assert bent.cameras.optics.coefficients == (-0.1, 0.02, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("lens", ["brown:-.03,0,0,0,0.0010", "brown:-0.03,-0,0.,0e5,1e-3", "brown:-0.030,0,+0,0,.001"]),
        ("rig", ["stereo:.2", "stereo:0.20", "stereo:0.2"]),
        ("rig", ["stereo:1", "stereo:1.0"]),
    ],
)
def test_equal_numbers_give_one_digest(name, spellings):
    configs = [replace(DEFAULT, cameras=CamerasConfig(**{name: text})) for text in spellings]
    assert len({checked(each).sha256() for each in configs}) == 1
    assert len({each.cameras.optics.array.tobytes() for each in configs}) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"romms": 3}, "file: unknown option 'romms'; known here: rooms, room_source"),
        ({"rooms": "3"}, "file: rooms: expected a whole number, found '3'"),
        ({"rooms": True}, "file: rooms: expected a whole number, found True"),
        ({"size": [640]}, "file: size: expected a list of 2 whole numbers, found [640]"),
        ({"objects": 3}, "file: objects: expected a table of options, found 3"),
        ({"objects": {"placement": "fly"}}, "file: objects: placement: 'fly' is none of float, rest, mixed"),
        ({"layers": "rgb"}, "file: layers: expected a list of texts, found 'rgb'"),
        ([], "file: expected a table of options, found []"),
    ],
)
def test_a_bad_file_is_refused_by_name(values, message):
    with pytest.raises(UsageError) as error:
        from_dict(values, "file")
    assert str(error.value).startswith(message)
