"""The pictures of a folder: which they are, which of them train, and what they are together."""

import os
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.pictures import list_pictures, split_of
from training.errors import DataError

NAMES = st.lists(st.text("abc/.0", min_size=1, max_size=8), min_size=1, max_size=40, unique=True).map(tuple)


def filled(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


def test_pictures_are_found_in_all_folders_and_sorted(tmp_path):
    folder = filled(tmp_path, "b.PNG", "a/z.jpg", "a/b/c.tiff", "scan", "1.2.840.7", "x.npy", "note.txt", "a/t.csv")
    listing = list_pictures(folder)
    assert listing.names == ("1.2.840.7", "a/b/c.tiff", "a/z.jpg", "b.PNG", "scan", "x.npy")
    assert listing.sizes_bytes == tuple(len(name) for name in listing.names)
    assert listing.others == 2


def test_hidden_files_links_to_folders_and_pipes_are_left_out(tmp_path):
    folder = filled(tmp_path / "in", "a.png", ".b.png", ".thumbs/c.png")
    filled(tmp_path / "out", "d.png")
    (folder / "link").symlink_to(tmp_path / "out")
    (folder / "loop").symlink_to(folder)
    (folder / "e.png").symlink_to(tmp_path / "out" / "d.png")
    (folder / "gone.png").symlink_to(tmp_path / "nowhere.png")
    os.mkfifo(folder / "pipe.png")
    assert list_pictures(folder).names == ("a.png", "e.png")


def test_names_that_are_no_text(tmp_path):
    (tmp_path / os.fsdecode(b"\xff\xfe.png")).write_bytes(b"1")
    listing = list_pictures(tmp_path)
    assert len(listing.names) == 1
    assert len(listing.digest()) == 64


def test_no_folder_and_no_picture(tmp_path):
    with pytest.raises(DataError, match=r"^[^\n]*gone: is no folder: give the folder that holds the pictures$"):
        list_pictures(tmp_path / "gone")
    filled(tmp_path, "a.txt", "b.csv")
    with pytest.raises(DataError, match=r"^[^\n]*: holds no pictures among 2 files: give a folder with \.bmp, [^\n]*$"):
        list_pictures(tmp_path)


@given(NAMES)
def test_both_splits_have_a_picture_where_there_are_two(names):
    splits = split_of(names)
    assert set(splits) == ({"train", "val"} if len(names) > 1 else {"train"})


@given(NAMES, st.integers(0, 39))
def test_a_picture_keeps_its_split_when_another_goes(names, gone):
    before = dict(zip(names, split_of(names), strict=True))
    rest = names[:gone] + names[gone + 1 :]
    if rest:
        after = dict(zip(rest, split_of(rest), strict=True))
        assert sum(before[name] != split for name, split in after.items()) <= 1


def test_a_fifth_validates():
    counts = Counter(split_of(tuple(f"{k}.png" for k in range(10_000))))
    assert abs(counts["val"] - 2000) < 150
    # the same on every machine and in every version: a run that goes on must find its pictures where they were
    assert [k for k, split in enumerate(split_of(tuple(f"{k}.png" for k in range(20)))) if split == "val"] == [
        2,
        5,
        8,
        10,
        18,
    ]


def test_a_split_is_a_listing(tmp_path):
    listing = list_pictures(filled(tmp_path, *(f"{k}.png" for k in range(30)), "a.txt"))
    train, val = listing.only("train"), listing.only("val")
    assert sorted(train.names + val.names) == sorted(listing.names)
    assert len(train.sizes_bytes) == len(train.names)
    assert val.others == 1


def test_the_digest_tells_names_and_sizes_and_no_place(tmp_path):
    one = list_pictures(filled(tmp_path / "one", "a.png", "b/c.png"))
    two = list_pictures(filled(tmp_path / "two", "a.png", "b/c.png", "note.txt"))
    assert one.digest() == two.digest()
    (tmp_path / "two" / "a.png").write_bytes(b"longer than before")
    assert list_pictures(tmp_path / "two").digest() != one.digest()
    (tmp_path / "one" / "a.png").rename(tmp_path / "one" / "d.png")
    assert list_pictures(tmp_path / "one").digest() not in (one.digest(), two.digest())
