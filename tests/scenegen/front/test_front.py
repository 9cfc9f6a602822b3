"""The front door: samples are those of the shards, scenes of one's own go through the same functions."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import scenegen as sg
from scenegen.errors import UsageError
from scenegen.layers import LAYERS
from scenegen.shards.rows import ROW_OF

QUAD = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0))
FACES = ((0, 1, 2), (0, 2, 3))
QUAD_MESH = sg.make_mesh(QUAD, FACES)
OPTIONS = {"rooms": 2, "pairs_per_room": 2, "size": sg.Size(64, 48)}


def test_importing_reads_nothing_else_and_every_name_is_there():
    code = "import sys, scenegen; print(*sorted(m for m in sys.modules if m.split('.')[0] in ('scenegen', 'numpy', 'torch')))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said == ["scenegen", "scenegen.version"]
    assert [name for name in sg.__all__ if getattr(sg, name, None) is None] == []
    assert set(sg.__all__) <= set(dir(sg))
    assert sg.__all__ == sorted(sg.__all__, key=lambda name: (not name.isupper(), name.islower(), name))
    with pytest.raises(AttributeError, match="module 'scenegen' has no attribute 'render'"):
        sg.render  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("count", [0, 8, 9])
def test_a_picture_has_as_many_lamps_as_a_byte_has_bits(count):
    lamps = (sg.PointLight((0.5, 0.5, 1.0), (0.1, 0.1, 0.1)),) * count
    scene, lighting = sg.build_scene([sg.make_mesh(QUAD, FACES)]), sg.Lighting(lamps, (0.2,) * 3, (0.1,) * 3)
    view = sg.View(sg.pinhole(32, 24, 30.0), sg.look_at((0.5, 0.2, 2.0), (0.5, 0.5, 0.0)))
    if count > 8:
        with pytest.raises(UsageError, match=r"^lighting of 9 lamps: 8 at most$"):
            sg.render_view(scene, view, lighting)
    else:
        assert sg.render_view(scene, view, lighting).rgb.shape == (24, 32, 3)


def test_samples_without_a_file_are_those_of_the_shards(tmp_path):
    generator = sg.open_generator(**OPTIONS)
    outcome = generator.write(tmp_path / "out", workers=0)
    assert (outcome.exit_code, outcome.new_samples) == (0, 4)
    stored = sg.open_shards(tmp_path / "out")
    assert len(stored) == 4
    shards = {entry.room: stored.reader(k) for k, entry in enumerate(stored.entries)}
    assert generator.rooms() == tuple(sorted(shards))
    for room in generator.rooms():
        made, there = generator.sample(room, 1), shards[room][1]
        assert shards[room].attributes["split"] == generator.split(room)
        assert made.index == 1
        for name in set(ROW_OF) - {"object_asset", "T_world_object"}:
            np.testing.assert_array_equal(getattr(made, name), getattr(there, name), name)
        for layer in LAYERS:
            np.testing.assert_array_equal(made.layer(layer.name), there.layer(layer.name), layer.name)
        assert made.origin == there.origin
        used = there.object_asset >= 0
        assert made.object_id[made.object_asset >= 0].tolist() == there.object_id[used].tolist()
        np.testing.assert_array_equal(made.T_world_object[made.object_asset >= 0], there.T_world_object[used])
        np.testing.assert_array_equal(made.matches()[0], there.matches()[0])
    assert [sample.index for sample in generator.samples()] == [0, 1, 0, 1]


def test_what_cannot_be_had_is_said():
    with pytest.raises(
        sg.ScenegenError, match=r"^roms: is no option; choose among cameras, layers, light, object_source,"
    ):
        sg.open_generator(roms=3)
    with pytest.raises(sg.ScenegenError, match="--views 1"):
        sg.open_generator(views=1)
    generator = sg.open_generator(**OPTIONS)
    with pytest.raises(
        sg.ScenegenError, match=r"room 'cellar': is not of this set; choose among rooms\(\), such as 'room_"
    ):
        generator.sample("cellar")
    with pytest.raises(sg.ScenegenError, match="sample -1 of room room_000: count from 0"):
        generator.sample("room_000", -1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"size": "320x240"}, "size: expected a list of 2 whole numbers, found '320x240'"),
        ({"size": 320}, "size: expected a list of 2 whole numbers, found 320"),
        ({"size": (320.0, 240)}, "size: expected a whole number, found 320.0"),
        ({"size": np.zeros((2, 2))}, "size: expected a whole number, found [0.0, 0.0]"),
        ({"seed": "x"}, "seed: expected a whole number, found 'x'"),
        ({"seed": True}, "seed: expected a whole number, found True"),
        ({"seed": None}, "seed: expected a whole number, found None"),
        ({"rooms": 1.5}, "rooms: expected a whole number, found 1.5"),
        ({"layers": "rgb,depth"}, "layers: expected a list of texts, found 'rgb,depth'"),
        ({"renderer": "vulkan"}, "renderer: 'vulkan' is none of embree, pyrender"),
        ({"room_source": 3}, "room_source: expected a text, found 3"),
        ({"objects": sg.Range(1, 3)}, "objects: expected a table of options, found [1, 3]"),
        ({"light": sg.LightConfig(relight=True)}, "light: relight: True is none of on, off"),
        ({"cameras": sg.CamerasConfig(lens=3)}, "cameras: lens: expected a text, found 3"),
        ({"config": {"rooms": 3}}, "config of type dict: must be a GenerationConfig or None"),
    ],
)
def test_options_of_another_kind_are_refused_by_name(options, said):
    with pytest.raises(UsageError) as error:
        sg.open_generator(**options)
    assert str(error.value) == said


def test_a_configuration_of_ones_own_is_checked_too():
    with pytest.raises(UsageError, match=r"^seed: expected a whole number, found 'x'$"):
        sg.Generator(sg.GenerationConfig(seed="x"))
    with pytest.raises(UsageError, match=r"^--rooms 0: at least 1 room is needed$"):
        sg.Generator(sg.GenerationConfig(rooms=0))
    with pytest.raises(UsageError, match=r"^config 3: must be a GenerationConfig$"):
        sg.Generator(3)


@pytest.mark.parametrize("size", [(320, 240), [320, 240], np.array([320, 240]), sg.Size(320, 240)])
def test_pairs_and_numbers_of_numpy_stand_for_what_they_are(size):
    config = sg.open_generator(size=size, seed=np.int64(3), cameras=sg.CamerasConfig(baseline_m=(1, 2))).config
    assert config == sg.GenerationConfig(size=sg.Size(320, 240), seed=3, cameras=config.cameras)
    assert (type(config.size), type(config.seed), config.cameras.baseline_m.high) == (sg.Size, int, 2.0)
    assert config.sha256() == sg.open_generator(config).config.sha256()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda g: g.sample(3), "room 3: must be a text"),
        (lambda g: g.sample("room_000", 1.5), "index 1.5: must be a whole number"),
        (lambda g: g.split(None), "room None: must be a text"),
        (lambda g: g.write(""), "out '': must be a path"),
        (lambda g: g.write(3), "out 3: must be a path"),
        (lambda g: g.write("o", codec=3), "codec 3: must be a text"),
        (lambda g: g.write("o", workers="2"), "workers '2': must be a whole number or None"),
        (lambda _: sg.open_shards(""), "place '': must be a path"),
        (lambda _: sg.open_shards("o", split=3), "split 3: must be a text or None"),
        (lambda _: sg.open_shards("o", layers="rgb"), "layers 'rgb': must be a list or None"),
        (lambda _: sg.read_mesh(""), "path '': must be a path"),
        (lambda _: sg.ShardReader(3), "path 3: must be a path"),
        (lambda _: sg.ShardReader("a.h5", layers="rgb"), "layers 'rgb': must be a list or None"),
        (lambda _: sg.ShardSet("o", max_open="2"), "max_open '2': must be a whole number"),
    ],
)
def test_arguments_of_another_kind_are_refused_by_name(wrong, said):
    with pytest.raises(UsageError) as error:
        wrong(sg.open_generator(**OPTIONS))
    assert str(error.value) == said


def looking_down(x, y, height):
    return sg.View(sg.pinhole(64, 48, 50.0), sg.look_at((x, y, height), (x, y + 1e-6, 0)))


def test_a_scene_of_ones_own_has_closed_form_pictures_and_matches():
    floor = sg.make_mesh(4.0 * np.array(QUAD) - (2, 2, 0), FACES)
    plate = sg.make_mesh(np.array(QUAD) - (0.5, 0.5, 0), FACES, (1, 0, 0))
    scene = sg.build_scene([floor, (plate, sg.compose(translation=(0, 0, 0.5), scale=0.4))])
    left, right = looking_down(0, 0, 2.0), looking_down(0.3, 0, 2.0)
    frame = sg.render_view(scene, left)
    shown = frame.instance == 2
    assert set(np.unique(frame.instance)) == {1, 2}
    np.testing.assert_allclose(frame.depth[shown], 1.5, atol=1e-6)
    np.testing.assert_allclose(frame.depth[~shown], 2.0, atol=1e-6)
    assert abs(shown.sum() - (0.4 * 50 / 1.5) ** 2) < 20
    assert (frame.rgb[22:26, 30:34, 0] > 200).all()
    assert (frame.rgb[22:26, 30:34, 1:] == 0).all()
    found = sg.correspond(scene, left, right)
    assert len(found.xy0) == 32 * 12
    step = np.where(found.instance == 2, 0.3 * 50 / 1.5, 0.3 * 50 / 2.0)[:, None] * (-1, 0)
    moved = found.xy1 - found.xy0
    np.testing.assert_allclose(np.abs(moved), np.abs(step), atol=1e-3)
    assert {sg.Status(code).name for code in np.unique(found.status)} == {"VISIBLE", "OCCLUDED", "OUT_OF_VIEW"}
    hidden = found.status == sg.Status.OCCLUDED
    assert (found.instance[hidden] == 1).all()
    again = sg.correspond(scene, left, right, seed=1)
    assert (again.xy0 != found.xy0).any()


def with_K(K, made=lambda K: K):
    return sg.View(sg.Camera(32, 24, made(K)), np.eye(4))


def lit_by(lights, ambient):
    lighting, view = sg.Lighting(lights, ambient, (0.1, 0.1, 0.1)), looking_down(0, 0, 2)
    return sg.render_view(sg.build_scene([sg.make_mesh(QUAD, FACES)]), view, lighting)


def seen_by(view):
    return sg.render_view(sg.build_scene([sg.make_mesh(QUAD, FACES)]), view)


def found_by(view, **options):
    return sg.correspond(sg.build_scene([sg.make_mesh(QUAD, FACES)]), looking_down(0, 0, 2), view, **options)


def test_a_mesh_file_is_read(tmp_path: Path):
    (tmp_path / "quad.obj").write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n")
    assert sg.read_mesh(tmp_path / "quad.obj").faces.shape == (1, 3)
    with pytest.raises(sg.ScenegenError, match=r"none\.obj"):
        sg.read_mesh(tmp_path / "none.obj")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: sg.make_mesh(np.zeros((3, 2)), FACES), r"^vertices of shape \(3, 2\): must be \(N, 3\) numbers$"),
        (lambda: sg.make_mesh([[0, 0, np.nan]], FACES), "^vertices: must be finite, each of them$"),
        (lambda: sg.make_mesh([[0, 0, 1e300]], FACES), "^vertices: must be finite, each of them$"),
        (lambda: sg.make_mesh([[0, 0, 0], [1, 0]], FACES), "^vertices: must be .N, 3. numbers, in rows of one length$"),
        (lambda: sg.make_mesh(QUAD, [[0, 1, 2], [0, 1]]), "^faces: must be .F, 3. numbers, in rows of one length$"),
        (
            lambda: sg.make_mesh(QUAD, [[0, 1, 2.5]]),
            r"^faces of float64: must be whole numbers, as faces.astype\(int\) ma",
        ),
        (lambda: sg.make_mesh(QUAD, [[0, 1, 2**70]]), "^faces of object: must be whole numbers, as"),
        (lambda: sg.make_mesh(QUAD, [[0, 1, -1]]), "^faces name vertices -1 to 1: there are 0 to 3$"),
        (lambda: sg.make_mesh(QUAD, None), "^faces of shape ..: must be .F, 3. numbers$"),
        (lambda: sg.make_mesh(QUAD, np.zeros((0, 3))), "faces of shape .0, 3.: must be .F, 3., one or more"),
        (lambda: sg.make_mesh(QUAD, [[0, 1, 4]]), "faces name vertices 0 to 4: there are 0 to 3"),
        (lambda: sg.make_mesh(QUAD, FACES, "red"), "^color 'red': must be .a number, a number, a number.$"),
        (lambda: sg.build_scene(QUAD_MESH), "^parts of type Mesh: must be a list$"),
        (lambda: sg.build_scene(["a.obj"]), r"^part of type str: must be a mesh, or \(mesh, T_world_object\)$"),
        (
            lambda: sg.build_scene([(QUAD_MESH, [[1, 0], [1]])]),
            "^T_world_object: must be .4, 4. numbers, in rows of one le",
        ),
        (lambda: sg.build_scene([(QUAD_MESH, np.full((4, 4), np.nan))]), "^T_world_object: must be"),
        (lambda: sg.build_scene([]), "a scene needs at least one mesh"),
        (lambda: sg.build_scene([(sg.make_mesh(QUAD, FACES), np.diag([1, 1, -1, 1]))]), "T_world_object: must be"),
        (lambda: sg.build_scene([(sg.make_mesh(QUAD, FACES), np.diag([1, 2, 1, 1]))]), "T_world_object: must be"),
        (
            lambda: sg.build_scene([(sg.make_mesh(QUAD, FACES), np.eye(3))]),
            "T_world_object of shape .3, 3.: must be .4, 4. numbers",
        ),
        (lambda: sg.make_mesh(QUAD, [[0, 1, 2**40]]), "faces name vertices 0 to 1099511627776: there are 0 to 3"),
        (lambda: sg.make_mesh(QUAD, FACES, (255, 0, 0)), r"^color .255, 0, 0.: must be three numbers from 0 to 1$"),
        (
            lambda: seen_by(sg.View(sg.pinhole(32, 24, 30.0), np.eye(3))),
            "T_world_cam of shape .3, 3.: must be .4, 4. numbers",
        ),
        (lambda: seen_by(sg.View(sg.pinhole(32, 24, 30.0), np.full((4, 4), np.nan))), "T_world_cam: must be"),
        (lambda: seen_by(sg.View(sg.pinhole(32, 24, 30.0), sg.compose(scale=2.0))), "T_world_cam: must be"),
        (
            lambda: seen_by(sg.View(sg.pinhole(0, 24, 30.0), np.eye(4))),
            "camera of 0 x 24 px, focal length 30, 30 px: all must",
        ),
        (
            lambda: seen_by(sg.View(sg.pinhole(32, 24, np.nan), np.eye(4))),
            "32 x 24 px, focal length nan, nan px: all must be a",
        ),
        (
            lambda: found_by(sg.View(sg.pinhole(32, 24, 30.0), np.eye(3))),
            "T_world_cam of shape .3, 3.: must be .4, 4. nu",
        ),
        (lambda: found_by(None), "^view1 None: must be a View$"),
        (lambda: found_by(sg.View(sg.pinhole(32, 24, 30.0), np.eye(4).tolist())), "^T_world_cam .* must be an array$"),
        (lambda: found_by(with_K(np.eye(2))), "^K of shape .2, 2.: must be .3, 3. numbers$"),
        (lambda: found_by(with_K(np.eye(3).tolist())), "^K .*: must be an array$"),
        (
            lambda: found_by(with_K(np.diag([30, 30, 2]))),
            r"^K: must be \[\[fx, 0, cx\], \[0, fy, cy\], \[0, 0, 1\]\], all fi",
        ),
        (
            lambda: found_by(with_K([[30, 0, np.nan], [0, 30, 1], [0, 0, 1]], np.array)),
            "^K: must be ..fx, 0, cx., .0, fy, ",
        ),
        (lambda: found_by(sg.View(sg.Camera(32.5, 24, np.eye(3)), np.eye(4))), "^width 32.5: must be a whole number$"),
        (lambda: found_by(looking_down(0, 0, 2), cell=3), "^cell 3: must be .a whole number, a whole number.$"),
        (
            lambda: found_by(looking_down(0, 0, 2), cell=(2.5, 4)),
            "^cell .2.5, 4.: must be .a whole number, a whole numb",
        ),
        (lambda: found_by(looking_down(0, 0, 2), seed="x"), "^seed 'x': must be a whole number$"),
        (lambda: lit_by((), (0.1, 0.1, np.nan)), "^lighting: colors must be 0 or more, and all its numbers finite$"),
        (lambda: lit_by(3, (0.1, 0.1, 0.1)), "^lights 3: must be .a PointLight, ....$"),
        (
            lambda: lit_by((sg.PointLight((0, 0), (1, 1, 1)),), (0,) * 3),
            "^position .0, 0.: must be .a number, a number, ",
        ),
        (
            lambda: found_by(looking_down(0, 0, 2), cell=(0, 4)),
            "cell 0 x 4 px, seed 0: give 1 x 1 px or more, and a seed",
        ),
        (
            lambda: found_by(looking_down(0, 0, 2), seed=-1),
            "cell 2 x 4 px, seed -1: give 1 x 1 px or more, and a seed of 0",
        ),
    ],
)
def test_impossible_scenes_are_refused(wrong, said):
    with pytest.raises(sg.ScenegenError, match=said) as error:
        wrong()
    assert "\n" not in str(error.value)
