"""The tool that measures turns and scales: its maps are those of its pictures, and what is found is counted truly."""

import csv

import measure_turns
import numpy as np
import photo_world
import pytest
from measure_turns import CHANGES, Change, Way, asked, errors_px, main, view
from PIL import Image

from training.data.transforms.homography import moved
from training.evaluation.baselines import RgbPatches

SMOOTH = np.asarray(Image.fromarray(photo_world.texture(60, 80, seed=3)).resize((640, 480), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_copies_show_at_the_mapped_place_what_the_middle_shows(change):
    (first, H_first), (copy, H_copy) = view(SMOOTH, Change()), view(SMOOTH, change)
    assert first.shape == copy.shape == (240, 320, 3)
    xy0, xy1 = asked((320, 240), (320, 240), H_copy @ np.linalg.inv(H_first))
    assert 60 < len(xy0) <= 27 * 20
    inner = ((xy1 > 8) & (xy1 < (311, 231))).all(1)
    x, y = np.rint(xy1[inner]).astype(int).T
    gaps = np.abs(copy[y, x].astype(float) - first[xy0[inner, 1], xy0[inner, 0]])
    assert np.median(gaps) < 8
    assert np.median(np.abs(copy[y, x].astype(float) - np.roll(first[xy0[inner, 1], xy0[inner, 0]], 3, axis=0))) > 25


def test_angle_and_zoom_are_those_that_are_said():
    photo = np.zeros((480, 640, 3), np.uint8)
    H_first = view(photo, Change())[1]
    for change in (Change(turn_deg=30), Change(zoom=2.0)):
        H = view(photo, change)[1] @ np.linalg.inv(H_first)
        middle, right = moved(H, np.array([[159.5, 259.5], [119.5, 119.5]])).T
        np.testing.assert_allclose(middle, (159.5, 119.5), atol=1e-6)
        angle = np.deg2rad(change.turn_deg)
        expected = 100 * change.zoom * np.array([np.cos(angle), np.sin(angle)])
        np.testing.assert_allclose(right - middle, expected, rtol=0.01)


def test_what_knows_each_place_finds_it_at_any_angle_and_scale():
    y, x = np.mgrid[:480, :640]
    photo = np.stack((x * 255 / 639, y * 255 / 479, 0 * x), axis=2).round().astype(np.uint8)
    for change in CHANGES:
        errors = errors_px(Way(RgbPatches(1), "l2"), photo, change)
        assert np.mean(errors < 6 * change.zoom) > 0.95


def test_the_table_and_its_rows(tmp_path, capsys, monkeypatch):
    Image.fromarray(SMOOTH).save(tmp_path / "a.png")
    monkeypatch.setattr(measure_turns, "ways", lambda run: (Way(RgbPatches(1), "l2"), Way(RgbPatches(3), "l2")))
    assert main([str(tmp_path / "a.png"), "--out", str(tmp_path / "turns.csv")]) == 0
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert head == "| PCK@1/3/5/10 px, % | RGB 1x1 | RGB 3x3 |"
    assert [line.split(" | ")[0] for line in lines][:2] == ["| turned by 10°", "| turned by 20°"]
    assert lines[-1].startswith("| 2 times as large | ")
    with (tmp_path / "turns.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * len(CHANGES) == 2 * len(lines)
    assert f"{float(rows[0]['pck@5']):.0f}" == lines[0].split(" | ")[1].split("/")[2]


def test_what_cannot_be_read_is_a_line(tmp_path, capsys):
    assert main([str(tmp_path / "none.png")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
