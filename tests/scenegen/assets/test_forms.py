"""Which files are one model: the habits of data sets, and what must stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.assets.forms import group_forms

ONE_MODEL = {
    "chair": ["chair.glb", "chair.obj", "chair.ply", "chair.stl"],
    "a/mug": ["a/mug_lod0.obj", "a/mug-LOD2.glb", "a/mug.LOD10.ply"],
    "00800-TEE/TEE": ["00800-TEE/TEE.glb", "00800-TEE/TEE.basis.glb", "00800-TEE/TEE.semantic.glb"],
    "s/scene0000_00": [
        "s/scene0000_00_vh_clean.ply",
        "s/scene0000_00_vh_clean_2.ply",
        "s/scene0000_00_vh_clean_2.labels.ply",
    ],
    "apartment/mesh": ["apartment/mesh.ply", "apartment/habitat/mesh_semantic.ply"],
    "Mug_A": ["Mug_A/meshes/model.obj"],
    "models/obj_000001": [
        "models_fine/obj_000001.ply",
        "models/obj_000001.ply",
        "models_cad/obj_000001.ply",
        "models_eval/obj_000001.ply",
    ],
    "ycb/can": ["ycb/can/google_512k/textured.obj", "ycb/can/google_16k/nontextured.stl", "ycb/can/poisson/textured.obj"],
    "soup/textured": ["soup/textured.obj", "soup/nontextured.ply"],
    "arm/visual/link": ["arm/visual/link.obj", "arm/collision/link.stl"],
    "cup": ["cup.obj", "cup_simplified.obj", "cup-collision.obj"],
    "Assets/armchair": ["Assets/gltf/armchair.gltf", "Assets/obj/armchair.obj"],
}  # fmt: skip


@pytest.mark.parametrize("key", ONE_MODEL)
def test_forms_of_one_model_are_one_and_the_best_comes_first(key):
    names = ONE_MODEL[key]
    models = group_forms(reversed(names))
    assert list(models) == [key]
    assert models[key].names[0] == names[0]
    assert not models[key].labels


@pytest.mark.parametrize(
    "names",
    [
        ["chair_1.obj", "chair_2.obj"],
        ["chair_low.obj", "chair_high.obj"],
        ["a/model.obj", "b/model.obj"],
        ["collision/a.stl", "visual/b.stl"],
        ["s/scene0000_00_vh_clean.ply", "s/scene0000_01_vh_clean.ply"],
        ["obj/a.ply", "a.obj"],
    ],
)
def test_other_models_stay_apart(names):
    assert len(group_forms(names)) == len(names)


def test_label_meshes_are_used_only_where_there_is_nothing_else():
    assert group_forms(["h.glb", "h.semantic.glb"])["h"].names == ("h.glb",)
    alone = group_forms(["h.semantic.glb"])["h"]
    assert alone.names == ("h.semantic.glb",)
    assert alone.labels


def test_a_file_with_a_line_of_its_own_stays_alone():
    names = ["a.obj", "a.ply", "a.stl"]
    models = group_forms(names, ["a.ply"])
    assert {k: m.names for k, m in models.items()} == {"a": ("a.obj", "a.stl"), "a.ply": ("a.ply",)}
    assert list(group_forms(["a.ply"], ["a.ply"])) == ["a"]
    assert list(group_forms(names, names)) == names


STEMS = st.sampled_from(["a", "a_lod1", "b.semantic", "b", "meshes/model", "m/meshes/model", "obj/a", "a_low", "lod1"])
NAMES = st.builds(
    lambda f, s, e: f + s + e, st.sampled_from(["", "x/"]), STEMS, st.sampled_from([".obj", ".GLB", ".ply"])
)


@given(st.sets(NAMES), st.randoms())
def test_every_file_is_in_one_model_at_most_whatever_the_order(names, random):
    shuffled = sorted(names)
    random.shuffle(shuffled)
    models = group_forms(shuffled)
    assert models == group_forms(sorted(names))
    used = [n for m in models.values() for n in m.names]
    assert len(used) == len(set(used))
    assert all(m.names for m in models.values())
    # a label mesh alone is missing from what is used, and only that
    assert {n for n in names if "semantic" not in n} <= set(used)
