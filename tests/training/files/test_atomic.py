"""A file is there whole or not at all."""

import pytest

from training.files.atomic import whole


def test_the_file_appears_with_all_of_it(tmp_path):
    with whole(tmp_path / "a.txt") as draft:
        draft.write_text("new")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / ".a.txt.partial").write_text("left by a kill")
    with pytest.raises(IsADirectoryError), whole(tmp_path / "a.txt") as draft:
        draft.write_bytes(b"half" + tmp_path.read_bytes())
    assert (tmp_path / "a.txt").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1
