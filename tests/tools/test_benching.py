"""Parts of the benchmark that are computed and not timed."""

from types import SimpleNamespace

import numpy as np
import pytest
import scenes
from benching.clock import Clock, instrumented
from benching.section import Section
from benching.subject import room_named
from benching.sweeps import finer_room, quartered

from scenegen.assets.mesh import face_vectors
from scenegen.assets.source import Room
from scenegen.rendering.compiled import lamps
from scenegen.tracing.packet_tracer import PacketWorld
from scenegen.tracing.raycaster import Body, Bvh, Scene, nearest


def test_quartered_triangles_are_the_same_surface():
    mesh = scenes.sphere(1.5, 6)
    finer = quartered(mesh)
    assert len(finer.faces) == 4 * len(mesh.faces)
    np.testing.assert_allclose(
        face_vectors(finer).reshape(-1, 4, 3), np.repeat(face_vectors(mesh)[:, None] / 4, 4, axis=1), atol=1e-6
    )
    rays = np.zeros((1, 3)), np.random.default_rng(0).normal(size=(200, 3))
    a, b = (nearest(Scene((Body(m, Bvh(m), np.eye(4), 1),)), *rays) for m in (mesh, finer))
    np.testing.assert_allclose(a.t, b.t, rtol=1e-5)


def test_a_room_is_cut_as_often_as_asked():
    mesh = scenes.box((-1, -1, 0), (1, 1, 2))
    room = Room("a", mesh, 2.0, {})
    assert [len(finer_room(room, times).mesh.faces) for times in (0, 1, 2)] == [12, 48, 192]


def test_what_is_timed_is_there_and_as_it_was_afterwards():
    def loading():
        return SimpleNamespace(load=len)

    studio = SimpleNamespace(renderer=SimpleNamespace(render=len), object_cache=loading(), rooms=loading())
    before = lamps.cast, lamps.shadow_by_plan, PacketWorld.pixels
    with instrumented(Clock(), studio):
        assert lamps.shadow_by_plan is not before[1]
    assert (lamps.cast, lamps.shadow_by_plan, PacketWorld.pixels) == before


def test_time_inside_a_part_is_not_counted_twice():
    clock = Clock()
    inner = clock.wrap(clock.counting(lambda n: [0] * n, lambda answer, *_: len(answer)), "inner rays")
    outer = clock.wrap(lambda: inner(3), "outer")
    clock.reset()
    outer()
    clock.switch()
    assert set(clock.seconds) == {"inner rays", "outer", "other"}
    assert clock.rays == {"inner rays": 3}


def test_tables_are_markdown():
    section = Section("Title", ({"a": 1234.5, "b": 0.01234, "c": 12000, "d": "word"},), "A note.")
    assert section.markdown().splitlines() == [
        "### Title", "", "| a | b | c | d |", "| --- | --- | --- | --- |", "| 1,234 | 0.0123 | 12,000 | word |", "",
        "A note.",
    ]  # fmt: skip
    with pytest.raises(KeyError):
        Section("Title", ({"a": 1}, {"b": 1})).markdown()


def test_a_room_that_is_not_there_is_said_in_a_line():
    studio = SimpleNamespace(rooms=SimpleNamespace(ids=lambda: ["hall", "kitchen"]))
    assert room_named("kit", studio) == "kitchen"
    with pytest.raises(SystemExit, match=r"^--room cave: no room has that in its name; there are 2, as hall$"):
        room_named("cave", studio)
