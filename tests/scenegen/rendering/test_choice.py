"""Renderers by name."""

import pytest

from scenegen.errors import UsageError
from scenegen.rendering import open_renderer
from scenegen.rendering.choice import require_renderer
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
