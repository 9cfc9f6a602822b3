"""What names tell: units, axes, categories, places, published splits."""

import pytest

from scenegen.assets.habits import category_of, habit_of, hm3d_split, place_of


@pytest.mark.parametrize(
    ("name", "up", "unit", "category"),
    [
        ("x/Mug_A/meshes/model.obj", "z", 1.0, "mug_a"),
        ("lm/models_eval/obj_000001.ply", "z", 0.001, "lm"),
        ("models/obj_000001.ply", "z", 0.001, "object"),
        ("models/chair.ply", "z", None, None),
        ("a.GLB", "y", 1.0, None),
        ("a.stl", "z", 0.001, None),
        ("a.obj", "y", None, None),
        ("a.off", "z", None, None),
    ],
)
def test_axes_units_and_categories(name, up, unit, category):
    habit = habit_of(name)
    assert (habit.up_axis, habit.unit_m, category_of(name, habit)) == (up, unit, category)


def test_scans_of_one_place():
    assert place_of("scannet/scene0002_01/scene0002_01") == place_of("scene0002_00") == "scene0002"
    assert place_of("scene2") is None


@pytest.mark.parametrize(
    ("number", "split"), [("00000", "train"), ("00799", "train"), ("00800", "val"), ("00899", "val"), ("00900", "test")]
)
def test_published_split_of_hm3d(number, split):
    assert hm3d_split(f"hm3d/{number}-TEEsavR23oF/TEEsavR23oF") == split


def test_other_names_have_no_published_split():
    assert hm3d_split("hall") is None
