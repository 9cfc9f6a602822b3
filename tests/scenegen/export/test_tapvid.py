"""Tracks as TAP-Vid has them, read back as its README describes: shares of the picture, occlusion flags."""

import pickle

import numpy as np
import pytest
from export_world import made_run

from scenegen.export.run import ExportChoice, export_run
from scenegen.export.tapvid import MOST_POINTS
from scenegen.shards import ShardSet, Status


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def out(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "tapvid"
    export_run(run, out, ExportChoice("tapvid"))
    return out


def test_every_sample_is_a_video_of_its_views(run, out):
    for split in {entry.split for entry in ShardSet(run).entries}:
        videos = pickle.loads((out / f"{split}.pkl").read_bytes())
        samples = ShardSet(run, split=split)
        assert len(videos) == len(samples)
        for number, video in enumerate(videos.values()):
            assert list(video) == ["video", "points", "occluded"]
            np.testing.assert_array_equal(video["video"], samples[number].rgb)


def test_a_page_beside_says_where_pixels_are_counted_from(out):
    said = (out / "README.txt").read_text()
    assert "from the outer corner of the top-left pixel" in said
    assert "x * W - 0.5, y * H - 0.5" in said


def test_points_and_flags_are_those_of_the_rays(run, out):
    videos = pickle.loads((out / "train.pkl").read_bytes())
    samples = ShardSet(run, split="train")
    for number, video in enumerate(videos.values()):
        sample, points, occluded = samples[number], video["points"], video["occluded"]
        tracks, frames = occluded.shape
        assert (points.shape, points.dtype) == ((tracks, frames, 2), np.float32)
        assert (tracks, frames) == (min(MOST_POINTS, (sample.status == Status.VISIBLE).any(0).sum()), 3)
        xy = points * np.array([64, 48]) - 0.5  # from the outer corner of the top-left pixel
        ray = [int(np.flatnonzero((sample.xy0 == np.rint(start)).all(1))[0]) for start in xy[:, 0]]
        np.testing.assert_allclose(xy[:, 0], sample.xy0[ray], atol=1e-4)
        assert not occluded[:, 0].any()
        np.testing.assert_array_equal(occluded[:, 1:].T, sample.status[:, ray] != Status.VISIBLE)
        seen = ~occluded[:, 1:]
        np.testing.assert_allclose(xy[:, 1:][seen], sample.xy[:, ray].swapaxes(0, 1)[seen], atol=1e-3)
        assert (points[~occluded] >= 0).all()
        assert (points[~occluded] <= 1).all()
        assert np.isfinite(points).all()
