"""Where a command may write beside the photos that it reads."""

import pytest

from training.applying.output import check_output
from training.errors import RequestError


def test_a_new_file_and_an_old_one_that_is_no_photo(tmp_path):
    for name in ("photo.jpg", "old.png"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("new.png", "old.png"):
        check_output(tmp_path / name, [tmp_path / "photo.jpg", tmp_path / "missing.jpg"])


def test_a_photo_is_not_written_over_whatever_it_is_called(tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"x")
    (tmp_path / "link.jpg").symlink_to(photo)
    for out in (photo, tmp_path / "link.jpg", tmp_path / "." / "photo.jpg"):
        with pytest.raises(RequestError, match=r"\.jpg: is a photo that is read; change --out$"):
            check_output(out, [tmp_path / "other.jpg", photo])


def test_a_folder_and_a_name_in_none(tmp_path):
    with pytest.raises(RequestError, match=r": is a folder; name a file in it$"):
        check_output(tmp_path, [])
    out = tmp_path / "none" / "m.png"
    with pytest.raises(RequestError) as caught:
        check_output(out, [])
    assert str(caught.value) == f"{out}: cannot be written (there is no folder {out.parent}); make it, or change --out"
