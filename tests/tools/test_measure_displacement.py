"""The measurement of known motions: the motions are what they say, and a whole small run is measured."""

from dataclasses import replace

import measure_displacement
import numpy as np
import pytest
from measure_displacement import MOTIONS, Motion, main, views
from picture_folder import pictures
from training_world import TINY, write_shards

from training.data.image_pairs import open_images
from training.data.transforms.registry import with_images
from training.objectives.registry import with_objective
from training.running.fit import fit

SMALL = with_images(replace(with_objective(TINY, "cover", levels=2, vector_heads=(1, 1)), steps=1), "cover")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return pictures(tmp_path_factory.mktemp("pictures"), 10, size=(48, 48))


def flow_of(folder, motion):
    data = open_images(folder, "val", SMALL.data, SMALL.views, 0)
    return next(views(data, motion, 1))


def test_a_shift_moves_every_pixel_alike(folder):
    view = flow_of(folder, Motion("", shift_px=6))
    np.testing.assert_allclose(view.flow[0], -6, atol=1e-4)
    np.testing.assert_allclose(view.flow[1], 0, atol=1e-4)
    assert view.covisible.sum() == 16 * 10
    left, right = view.images
    np.testing.assert_allclose(right[:, :, :10], left[:, :, 6:], atol=1 / 254)


def test_a_turn_is_one_about_the_middle(folder):
    view = flow_of(folder, Motion("", turn_deg=25))
    angle, (y, x) = np.deg2rad(25), np.mgrid[:16, :16] - 7.5
    there = np.stack([np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y])
    np.testing.assert_allclose(view.flow, there - np.stack([x, y]), atol=1e-4)


def test_a_run_is_measured(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(measure_displacement, "MOTIONS", MOTIONS[:1])
    fit(SMALL, folder, tmp_path, "cpu")
    file = tmp_path / "errors.csv"
    assert main(["--run", str(tmp_path), "--images", str(folder), "--csv", str(file)]) == 0
    still = file.read_text().splitlines()[1].split(",")
    assert still[:2] + still[3:] == ["shift of 10 px", "still", "10.0000", "10.0000", "0.0000", "0.0000"]
    out = capsys.readouterr().out
    assert "regressed" in out
    assert "10.00 / 10.00" in out  # of no motion at all


def test_a_run_on_shards_is_refused(tmp_path, capsys):
    fit(replace(TINY, steps=1), write_shards(tmp_path / "shards"), tmp_path / "run", "cpu")
    assert main(["--run", str(tmp_path / "run"), "--images", str(tmp_path)]) == 2
    assert "was trained on shards; train with scenetrain fit --images DIR" in capsys.readouterr().err
