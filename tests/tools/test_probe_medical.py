"""The check on medical pictures, on a made-up brain of three tissues."""

import csv

import numpy as np
import probe_medical
import pytest
from probe_medical import CLASSES, Slices, altered, labels_of, main, scores


def volumes(depth=60):
    """A ball of grey matter around white matter in other tissue, (X, Y, Z) uint8 each."""
    x, y, _ = np.meshgrid(*(np.linspace(-1, 1, side) for side in (132, 140, depth)), indexing="ij")
    radius = np.hypot(x, y)
    grey, white = (radius < 0.6) & (radius >= 0.3), radius < 0.3
    t1 = np.where(white, 200, np.where(grey, 120, np.where(radius < 0.9, 60, 0)))
    return tuple(part.astype(np.uint8) for part in (t1, 255 * grey, 255 * white))


def test_every_pixel_has_the_class_of_its_tissue():
    labels = labels_of(volumes(), 30)
    assert labels.shape == (140, 132)
    assert labels[70, 66] == CLASSES.index("white matter")
    assert labels[70, 66 + 30] == CLASSES.index("grey matter")
    assert labels[70, 66 + 50] == CLASSES.index("other tissue")
    assert labels[0, 0] == CLASSES.index("nothing")


def test_a_scanner_alters_each_slice_in_its_own_way_and_the_same_every_time():
    plane = np.full((40, 50), 128, np.uint8)
    first, second = altered(plane, 1), altered(plane, 2)
    assert first.dtype == np.uint16
    assert np.array_equal(first, altered(plane, 1))
    assert not np.array_equal(first, second)
    assert first.max() / first.min() > 1.05  # the field is not flat
    assert np.abs(np.diff(first.astype(float), axis=0)).max() < 0.05 * first.max()  # but smooth


def test_scores_are_those_of_counting():
    labels = np.array([[0, 0, 1, 1], [2, 2, 3, 3]])
    said = np.array([0, 0, 1, 2, 2, 2, 3, 0])
    got = scores(lambda picture: said, Slices([np.zeros((2, 4, 3), np.uint8)], [labels]))
    assert got["miou"] == pytest.approx(np.mean([2 / 3, 1 / 2, 2 / 3, 1 / 2]))
    assert got["dice grey matter"] == pytest.approx(2 / 3)
    assert got["dice white matter"] == pytest.approx(4 / 5)
    assert got["dice other tissue"] == pytest.approx(2 / 3)


@pytest.mark.slow
def test_a_whole_run_of_two_steps(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(probe_medical, "read_volumes", volumes)
    monkeypatch.setattr(probe_medical, "BATCH", 1)
    monkeypatch.setattr(probe_medical, "LABELLED", (1,))
    monkeypatch.setattr(probe_medical, "BRAIN", slice(0, 20))
    assert main(["--out", str(tmp_path), "--objectives", "stable", "--steps", "2", "--seeds", "1"]) == 0
    with (tmp_path / "probe.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["way"] for row in rows] == ["grey levels 7x7", "untrained", "from scratch", "stable"]
    assert all(0 <= float(row["miou"]) <= 1 for row in rows)
    assert "from scratch" in capsys.readouterr().out


def test_without_the_template_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(probe_medical.importlib.util, "find_spec", lambda name: None)
    assert main(["--out", str(tmp_path), "--steps", "2"]) == 2
    assert "pip install --no-deps nilearn nibabel" in capsys.readouterr().err
