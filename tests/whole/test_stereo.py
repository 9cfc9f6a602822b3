"""Stereo rigs, from the command to the labels: what every textbook says of them."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from scenegen.shards import Status

SPACING_M = 0.12


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    out = tmp_path_factory.mktemp("stereo") / "run"
    words = [
        "--rooms",
        "1",
        "--pairs-per-room",
        "3",
        "--size",
        "160x120",
        "--views",
        "3",
        "--rig",
        f"stereo:{SPACING_M}",
    ]
    made = subprocess.run(
        [sys.executable, "-m", "scenegen", "render", *words, "--workers", "0", "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    (path,) = out.glob("*.h5")
    with h5py.File(path) as file:
        yield file


def test_rows_stay_and_disparity_is_focal_length_times_baseline_over_depth(shard):
    f_px = shard["camera/K"][:][:, 0, 0, 0, None]
    disparity = f_px * SPACING_M / shard["rays/depth0"][:]
    for view in (1, 2):
        xy = shard["rays/xy"][:, view - 1]
        there = np.isfinite(xy).all(-1)
        moved = xy - shard["rays/xy0"][:]
        np.testing.assert_allclose(moved[..., 1][there], 0, atol=1e-3)
        np.testing.assert_allclose(-moved[..., 0][there], view * disparity[there], atol=1e-3)


def test_cameras_differ_by_their_place_alone(shard):
    K, T = shard["camera/K"][:], shard["camera/T_world_cam"][:]
    assert (K[:, :1] == K).all()
    assert (T[:, :, :3, :3] == T[:, :1, :3, :3]).all()
    np.testing.assert_allclose(shard["sample/baseline_m"][:], [[SPACING_M, 2 * SPACING_M]] * 3, rtol=1e-6)
    np.testing.assert_allclose(shard["sample/view_angle_deg"][:], 0, atol=1e-3)


def test_views_share_their_light(shard):
    """A visible point has nearly the same colour in both: with lights of their own, views differ by a third."""
    rgb, xy0, xy = shard["rgb"][:].astype(float), shard["rays/xy0"][:], shard["rays/xy"][:, 0]
    seen = shard["rays/status"][:, 0] == Status.VISIBLE
    here, there = [], []
    for sample, rays in enumerate(seen):
        (x0, y0), (x1, y1) = xy0[sample, rays].T, np.rint(xy[sample, rays]).astype(int).T
        inside = x1 >= 0
        here.append(rgb[sample, 0, y0[inside], x0[inside]])
        there.append(rgb[sample, 1, y1[inside], x1[inside]])
    here, there = np.concatenate(here), np.concatenate(there)
    assert np.median(np.abs(here - there)) < 6
