"""Extensions: honoured, of no matter, or said aloud."""

import pytest
from gltf_files import quad

from scenegen.assets.gltf.extensions import HARMLESS, HONOURED
from scenegen.errors import AssetError


def test_a_required_one_that_is_not_read_refuses_the_file_by_name(tmp_path):
    with pytest.raises(AssetError, match=r"a.glb: requires XYZ_unheard_of, which is not read") as caught:
        quad().used("XYZ_unheard_of", "KHR_materials_unlit", required=True).read(tmp_path)
    assert caught.value.reason == "unsupported_extension"


def test_a_used_one_that_may_change_the_look_is_a_defect_by_name(tmp_path):
    _, defects = quad().used("KHR_materials_transmission", "KHR_materials_ior").read(tmp_path)
    assert [(d.code, d.detail) for d in defects] == [("ignored_extension", "KHR_materials_transmission")]


@pytest.mark.parametrize("name", sorted(HONOURED | HARMLESS))
def test_known_ones_are_taken_without_a_word(tmp_path, name):
    assert quad().used(name, required=True).read(tmp_path)[1] == ()


def test_no_extension_is_in_two_lists():
    assert not HONOURED & HARMLESS


def test_names_must_be_names(tmp_path):
    file = quad()
    file.tree["extensionsRequired"] = [5]
    with pytest.raises(AssetError, match="extensionsRequired is no list of names"):
        file.read(tmp_path)


def test_foreign_names_are_one_printable_line(tmp_path):
    with pytest.raises(AssetError) as caught:
        quad().used("X\n\ud800" + "y" * 900, required=True).read(tmp_path)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250
    file = quad()
    file.tree["asset"]["version"] = "\ud800\n7"
    with pytest.raises(AssetError) as caught:
        file.read(tmp_path)
    assert str(caught.value) == "a.glb: glTF ? 7 is not read, 2.0 is"
