"""Files kept for the next run: whole or not at all."""

import pytest

from scenegen.assets.kept_files import remove, write_whole


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_file_is_written_in_folders_that_are_made_for_it(tmp_path):
    write_whole(tmp_path / "a/b.txt", lambda file: file.write(b"new"))
    assert (tmp_path / "a/b.txt").read_bytes() == b"new"
    assert names(tmp_path / "a") == ["b.txt"]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "b.txt").write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "b.txt", fail)
    assert (tmp_path / "b.txt").read_bytes() == b"old"
    assert names(tmp_path) == ["b.txt"]


def test_a_file_that_is_gone_is_removed_without_a_word(tmp_path):
    remove(tmp_path / "none")
    remove(tmp_path / "none/deeper")
