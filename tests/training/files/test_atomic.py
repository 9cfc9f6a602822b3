"""A file is there whole or not at all."""

import errno

import pytest
from small_disk import files_up_to

from training.errors import RequestError
from training.files.atomic import see_room, whole, writing


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


def test_what_the_system_says_is_told_in_its_own_words(tmp_path):
    with pytest.raises(RequestError) as caught, writing(tmp_path):
        raise OSError(errno.ENOSPC, "a page\nof a library's own")
    assert str(caught.value) == f"{tmp_path}: cannot be written (No space left on device); change --out or free space"
    with pytest.raises(RequestError, match=r": cannot be written \(no number\); change"), writing(tmp_path):
        raise OSError("no number\nand more")


def test_room_is_seen_and_given_back(tmp_path):
    with files_up_to(1000):
        see_room(tmp_path / "a.h5", 1000)
        with pytest.raises(OSError, match="File too large"):
            see_room(tmp_path / "a.h5", 1001)
    assert not list(tmp_path.iterdir())
