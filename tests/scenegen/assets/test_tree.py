"""The meshes of a folder, through links, each real folder once."""

from model_files import write

from scenegen.assets.tree import mesh_files


def names(root):
    return [p.relative_to(root).as_posix() for p in mesh_files(root)]


def test_links_to_folders_and_files_are_followed(tmp_path):
    write(tmp_path / "elsewhere/deep/a.obj", "")
    write(tmp_path / "blobs/0123", "")
    write(tmp_path / "root/own.ply", "")
    (tmp_path / "root/mug").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root/hub.glb").symlink_to(tmp_path / "blobs/0123")
    (tmp_path / "root/gone.glb").symlink_to(tmp_path / "nothing")
    assert names(tmp_path / "root") == ["hub.glb", "mug/deep/a.obj", "own.ply"]


def test_rings_of_links_end(tmp_path):
    for name in "abcdefgh":
        write(tmp_path / name / "m.obj", "")
        for other in "abcdefgh":
            (tmp_path / name / f"to_{other}").symlink_to(tmp_path / other)
        (tmp_path / name / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert names(tmp_path) == [f"{name}/m.obj" for name in "abcdefgh"]


def test_a_folder_that_is_there_twice_gives_its_meshes_once_under_its_own_name(tmp_path):
    write(tmp_path / "z/m.obj", "")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    assert names(tmp_path) == ["z/m.obj"]


def test_the_root_may_be_a_link(tmp_path):
    write(tmp_path / "z/m.obj", "")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    assert names(tmp_path / "a") == ["m.obj"]
