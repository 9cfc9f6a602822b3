"""The tool that turns photographs: where its maps say that a point lies, the copy shows that point."""

import re

import numpy as np
import photo_world
import pytest
import turned_photographs
from PIL import Image

from training.data.transforms.homography import moved


@pytest.fixture(scope="module")
def sequence(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    Image.fromarray(photo_world.texture(240, 320, seed=3)).save(folder / "wall.png")
    assert turned_photographs.main([str(folder / "wall.png"), "--out", str(folder / "out")]) == 0
    return folder / "out" / "v_wall"


def picture(sequence, k):
    return np.asarray(Image.open(sequence / f"{k}.ppm")).astype(float)


@pytest.mark.parametrize("k", range(2, 7))
def test_copies_show_at_the_mapped_place_what_the_middle_shows(sequence, k):
    first, copy = picture(sequence, 1), picture(sequence, k)
    height, width = first.shape[:2]
    assert (width, height) == (round(0.62 * 320), round(0.62 * 240))
    xy0 = np.stack(np.meshgrid(np.arange(20, width - 20, 7), np.arange(20, height - 20, 7))).reshape(2, -1)
    x, y = np.rint(moved(np.loadtxt(sequence / f"H_1_{k}"), xy0.astype(float))).astype(int)
    seen = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    expected = 255 * (first[xy0[1], xy0[0]][seen] / 255) ** turned_photographs.CHANGES[k - 2].gamma
    shown = copy[y[seen], x[seen]]
    assert seen.sum() > 100
    assert np.median(np.abs(shown - expected)) < 12
    assert np.median(np.abs(shown - np.roll(expected, 1, axis=0))) > 25


def test_without_names_it_takes_photographs_that_are_installed(tmp_path, capsys):
    assert turned_photographs.main(["--out", str(tmp_path)]) == 0
    assert re.search("5 pairs of each of 2 photographs", capsys.readouterr().out)
    assert {path.name for path in tmp_path.iterdir()} == {"v_china", "v_flower"}


def test_what_cannot_be_had_is_said_in_a_line(tmp_path, capsys, monkeypatch):
    assert turned_photographs.main([str(tmp_path / "none.jpg"), "--out", str(tmp_path / "out")]) != 0
    assert "none.jpg" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert turned_photographs.main(["--out", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr(turned_photographs.importlib.util, "find_spec", lambda _: None)
    assert turned_photographs.main(["--out", str(tmp_path / "out")]) == 2
    assert "scikit-learn is not installed" in capsys.readouterr().err
