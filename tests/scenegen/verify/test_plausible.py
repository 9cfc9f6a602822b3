"""Samples that agree with themselves pass; mirrored, shifted and displaced ones are told."""

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from scenegen.config import CamerasConfig, GenerationConfig, Range, Size
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.shards.reader import ShardSet
from scenegen.status import Status
from scenegen.verify.plausible import agreement


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    out = tmp_path_factory.mktemp("plausible")
    config = GenerationConfig(rooms=1, pairs_per_room=3, size=Size(192, 144))
    render(config, out, codec="none", crew=Crew("inline"), cache=None, display=Display(Console(file=StringIO())))
    return list(ShardSet(out))


def test_true_samples_agree(samples):
    for sample in samples:
        found = agreement(sample, 1)
        assert found.reprojection_px < 1e-3
        assert found.depth_agrees > 0.9
        assert found.detail > 0.3
        assert (found.shift_px, found.mirrored) == ((0, 0), "")


@pytest.mark.parametrize(("axes", "name"), [((2,), "x"), ((1,), "y"), ((1, 2), "xy")])
def test_pictures_mirrored_against_their_labels_are_told(samples, axes, name):
    for sample in samples:
        assert agreement(replace(sample, rgb=np.flip(sample.rgb, axes)), 1).mirrored == name


def test_one_mirrored_view_is_told(samples):
    for sample in samples:
        rgb = np.stack([sample.rgb[0], sample.rgb[1][:, ::-1]])
        assert agreement(replace(sample, rgb=rgb), 1).mirrored == "x, one view"


@pytest.mark.parametrize("shift", [(1, 0), (0, -1), (2, 1)])
def test_shifted_labels_are_told(samples, shift):
    for sample in samples:
        found = agreement(replace(sample, xy=sample.xy - np.float32(shift)), 1)
        assert found.shift_px == shift
        assert found.reprojection_px == pytest.approx(np.hypot(*shift), abs=1e-3)


def test_a_displaced_camera_is_told(samples):
    poses = samples[0].T_world_cam.copy()
    poses[1, 0, 3] += 0.05
    assert agreement(replace(samples[0], T_world_cam=poses), 1).reprojection_px > 1


@pytest.mark.parametrize(("lens", "focal_px"), [("pinhole", 100), ("fisheye:-0.02,0.005,-0.002,0.0003", 300)])
def test_coarse_pictures_of_wide_cameras_agree(tmp_path, lens, focal_px):
    """A pixel there spans much of a floor: the depth of the nearest one alone lies off by more than a hundredth."""
    cameras = CamerasConfig(focal_px=Range(focal_px, focal_px), lens=lens)
    config = GenerationConfig(rooms=1, pairs_per_room=3, size=Size(96, 72), cameras=cameras)
    render(config, tmp_path, codec="none", crew=Crew("inline"), cache=None, display=Display(Console(file=StringIO())))
    for sample in ShardSet(tmp_path):
        assert agreement(sample, 1).depth_agrees > 0.9
        assert agreement(replace(sample, depth=sample.depth * 1.2), 1).depth_agrees < 0.6


def test_depth_of_another_scene_is_told(samples):
    assert agreement(replace(samples[0], depth=samples[0].depth * 1.2), 1).depth_agrees < 0.2


def test_what_cannot_be_asked_is_not_a_number(samples):
    few = np.where(np.arange(samples[0].status.shape[1]) < 50, samples[0].status, Status.NO_HIT)
    found = agreement(replace(samples[0], status=few, depth=None), 1)
    assert np.isnan(found.detail)
    assert np.isnan(found.depth_agrees)
    assert (found.shift_px, found.mirrored) == ((0, 0), "")
