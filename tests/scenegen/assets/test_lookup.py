"""Files that a model names: found below the root, through links too, and nowhere else."""

import pytest
from model_files import write

from scenegen.assets.lookup import find_file


def test_links_below_the_root_are_followed(tmp_path):
    write(tmp_path / "elsewhere/t.png", "x")
    (tmp_path / "root/mug").mkdir(parents=True)
    (tmp_path / "root/mug/t.png").symlink_to(tmp_path / "elsewhere/t.png")
    (tmp_path / "root/mug/more").symlink_to(tmp_path / "elsewhere")
    for name in ("t.png", "T.PNG", "more/t.png", "../mug/t.png"):
        found = find_file(tmp_path / "root", tmp_path / "root/mug", name)
        assert found is not None, name
        assert found.read_text() == "x"


@pytest.mark.parametrize("name", ["../../elsewhere/t.png", "more/../../../elsewhere/t.png", "/elsewhere/t.png"])
def test_names_do_not_lead_out(tmp_path, name):
    write(tmp_path / "elsewhere/t.png", "x")
    (tmp_path / "root/mug/more").mkdir(parents=True)
    with pytest.raises(PermissionError, match="leads out of the model's folder"):
        find_file(tmp_path / "root", tmp_path / "root/mug", name)


def test_scanned_objects_keep_their_pictures_apart(tmp_path):
    picture = write(tmp_path / "Mug_A/materials/textures/texture.png", "x")
    meshes = tmp_path / "Mug_A/meshes"
    meshes.mkdir()
    assert find_file(tmp_path, meshes, "texture.png") == picture
    assert find_file(meshes, meshes, "texture.png") is None  # the root bounds that as well
    assert find_file(tmp_path, tmp_path / "Mug_A", "texture.png") is None
    beside = write(meshes / "texture.png", "y")
    assert find_file(tmp_path, meshes, "texture.png") == beside


def test_a_link_that_leads_to_itself_is_no_file(tmp_path):
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    assert find_file(tmp_path, tmp_path, "loop.png") is None
