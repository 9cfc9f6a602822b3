"""Renderers by name."""

import pytest

from scenegen.errors import UsageError
from scenegen.rendering import open_renderer


def test_embree_is_found_by_name():
    assert open_renderer("embree").name == "embree"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UsageError, match="--renderer blender: unknown; choose embree or pyrender"):
        open_renderer("blender")
