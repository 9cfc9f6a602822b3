"""Renderers by name."""

from typing import get_args, get_type_hints

import pytest

import scenegen as sg
from scenegen.config import GenerationConfig
from scenegen.errors import UsageError
from scenegen.lenses import PINHOLE, Lens
from scenegen.renderers import RENDERERS, RUNS_ANYWHERE
from scenegen.rendering import open_renderer
from scenegen.rendering.choice import require_lens, require_renderer
from scenegen.rendering.compiled_renderer import CompiledRenderer


def test_embree_is_found_by_name():
    assert open_renderer("embree").name == "embree"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UsageError, match="--renderer blender: unknown; choose embree or pyrender"):
        open_renderer("blender")


def test_a_renderer_that_is_only_asked_for_is_closed_again(monkeypatch):
    closed = []
    monkeypatch.setattr(CompiledRenderer, "close", lambda renderer: closed.append(renderer.name))
    require_renderer("embree")
    assert closed == ["embree"]
    with pytest.raises(UsageError, match="--renderer blender: unknown"):
        require_renderer("blender")


def test_a_lens_is_for_renderers_that_draw_through_it():
    bent = Lens("fisheye", (0, 0, 0, 0))
    said = r"^--lens fisheye:0,0,0,0: OpenGL draws pinholes alone: use --renderer embree$"
    require_lens("embree", bent)
    require_lens("pyrender", PINHOLE)
    with pytest.raises(UsageError, match=said):
        require_lens("pyrender", bent)
    with pytest.raises(UsageError, match=said):
        sg.open_generator(renderer="pyrender", cameras=sg.CamerasConfig(lens=str(bent)))


def test_the_renderers_of_a_configuration_are_those_there_are():
    assert get_args(get_type_hints(GenerationConfig)["renderer"]) == tuple(RENDERERS)
    assert GenerationConfig().renderer == RUNS_ANYWHERE == "embree"
