"""The layer of categories: what each pixel shows, by name."""

from dataclasses import replace
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pytest
from measure_dense import categories
from measure_truth import Oracle
from rich.console import Console
from room_maker import FLOOR, room, vertex_labels, write_ply
from staged import SMALL, real_config, shown

from scenegen.instances import FIRST_OBJECT, ROOM
from scenegen.pipeline import layers
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.layers import Taken
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.pipeline.studio import open_studio
from scenegen.shards.reader import ShardReader
from scenegen.verify import semantic
from scenegen.verify.audit import _objects_differ, audit

LAYERS = ("rgb", "depth", "instance", "semantic")
ROOM_NAMES = {1: "wall", FLOOR: "floor", 3: "ceiling"}


@pytest.fixture(scope="module")
def sample():
    return shown(replace(SMALL, layers=LAYERS), room="room_002")


def words(s):
    """(V, H, W) the name of each pixel."""
    return np.array(s.sample.names["semantic"], object)[s.of("semantic")]


def test_every_pixel_is_called_as_another_tracer_has_it(sample):
    pytest.importorskip("open3d", reason="extra audit is not installed")
    assert categories(sample, Oracle(sample.scene)).mean() > 0.999
    assert len(np.unique(words(sample))) > 3


def test_objects_have_their_category_and_the_room_has_some_everywhere(sample):
    found, instance = words(sample), sample.of("instance")
    for placed in sample.staged.layout.placed:
        assert (found[instance == placed.instance] == placed.category).all()
    assert (found[instance == ROOM] != "unknown").all()
    assert (found[instance == 0] == "unknown").all()


def test_a_renderer_without_hits_gives_the_same(sample):
    """As OpenGL does: the faces of the room are asked of the tracer, behind objects too."""
    studio, staged = sample.studio, sample.staged
    frames = [
        studio.renderer.render(sample.scene, v, light) for v, light in zip(sample.views, staged.lighting, strict=True)
    ]
    blind = Taken(staged.layout, sample.views, tuple(replace(frame, hits=None) for frame in frames))
    np.testing.assert_array_equal(np.stack(layers.semantic(blind)), sample.of("semantic"))


def test_models_have_the_names_of_their_synsets_and_a_bare_scan_has_none(shared_data):
    s = shown(replace(real_config(shared_data), layers=LAYERS))
    found, instance = words(s), s.of("instance")
    assert (found[instance == ROOM] == "unknown").all()
    categories = {placed.category for placed in s.staged.layout.placed}
    assert set(np.unique(found[instance >= FIRST_OBJECT])) <= categories
    assert not any(name.isdigit() for name in categories)


@pytest.fixture(scope="module")
def annotated(tmp_path_factory):
    """The configuration of a run of one room in SceneNN's layout."""
    root = tmp_path_factory.mktemp("scenenn")
    vertices, faces, label = room(np.random.default_rng(1))
    rgb = np.full((len(vertices), 3), (200, 150, 100), np.uint8)
    ids = vertex_labels(faces, label, len(vertices))
    write_ply(root / "005" / "005.ply", vertices[:, [0, 2, 1]] * [1, 1, -1], faces, rgb, ids)
    lines = "".join(f'<label id="{k}" nyu_class="{name}"/>' for k, name in ROOM_NAMES.items())
    (root / "005" / "005.xml").write_text(f"<annotation>{lines}</annotation>")
    return replace(SMALL, rooms=1, room_source=f"scenenn:{root}", layers=LAYERS)


def rendered(config, out):
    """The shard of a run."""
    render(config, out, codec="none", crew=Crew("inline"), cache=None, display=Display(Console(file=StringIO())))
    return next(out.glob("*.h5"))


def test_annotations_reach_the_shard_and_are_made_again(annotated, tmp_path):
    with ShardReader(rendered(annotated, tmp_path / "out")) as reader:
        found = audit(open_studio(annotated, None), reader, [0, 1])
        for stored in reader:
            names = stored.names["semantic"]
            assert names[0] == "unknown"
            assert set(names[1:]) == set(ROOM_NAMES.values()) | set(reader.asset_categories)
            assert {"wall", "floor"} <= set(names[stored.semantic[stored.instance == ROOM]])
    assert found["semantic"].compared == 2 * 2 * 120 * 160
    assert found["semantic"].differ == 0
    assert found["objects"].compared >= 2 * 2
    assert found["objects"].differ == 0


def test_what_the_maker_gets_wrong_is_not_wrong_twice(annotated, tmp_path, monkeypatch):
    """Made again it would be the same; made another way it is not."""
    right = layers._categories
    monkeypatch.setattr(layers, "_categories", lambda names, instance, face: right(names, instance, 0 * face))
    with ShardReader(rendered(annotated, tmp_path / "out")) as reader:
        found = audit(open_studio(annotated, None), reader, [0])
    assert found["semantic"].rate > 0.05
    assert found["depth"].differ == 0


@pytest.mark.parametrize(("name", "change"), [("box", 0.01), ("seen_px", 500), ("alone_px", 500)])
def test_objects_that_are_elsewhere_or_seen_otherwise_are_counted(sample, name, change):
    stored = {each: sample.of(f"objects/{each}") for each in ("box", "seen_px", "alone_px")}
    assert not _objects_differ(sample.sample, SimpleNamespace(**stored)).any()
    stored[name] = stored[name] + np.asarray(change, stored[name].dtype)
    assert _objects_differ(sample.sample, SimpleNamespace(**stored)).all()


def test_the_second_way_agrees_with_the_first(sample):
    bare = Taken(sample.staged.layout, sample.views, ())
    again = np.stack(semantic.retraced_categories(bare))
    names = np.array(layers.category_names(bare), object)
    assert (names[again] == words(sample)).mean() > 0.9999
