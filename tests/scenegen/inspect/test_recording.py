"""A recording read back through rerun's own reader says what the shard says."""

import io
import sys
from dataclasses import replace

import numpy as np
import pytest
from looking_world import shard
from recording_reader import read
from rich.console import Console

from scenegen.errors import ShardError, UsageError
from scenegen.inspect.cloud import clouds, status_lines, status_points
from scenegen.inspect.palette import status_rgb
from scenegen.inspect.recording import check_recording_target, encode_recording, save_recording
from scenegen.inspect.subject import Samples
from scenegen.lenses import parse


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A subject, and its recording as `{entity: {component: values}}`."""
    folder = tmp_path_factory.mktemp("rerun")
    with Samples(shard(folder / "a.h5")) as samples:
        subject = samples.subject(1)
    save_recording(subject, folder / "a.rrd")
    return subject, read(folder / "a.rrd")


def rows(values, width):
    """An Arrow list of fixed-size lists as an array (N, width)."""
    return np.asarray(values.flatten(), float).reshape(-1, width)


def packed(rgb):
    """sRGB colours as rerun packs them, with full opacity."""
    red, green, blue = np.asarray(rgb, np.uint32).T
    return (red << 24) | (green << 16) | (blue << 8) | 255


def test_cameras_are_those_of_the_shard(made):
    subject, found = made
    sample = subject.sample
    for view in range(3):
        entity = found[f"/world/view_{view}"]
        # rerun writes matrices by columns
        R = rows(entity["Transform3D:mat3x3"], 9).reshape(3, 3).T
        K = rows(entity["Pinhole:image_from_camera"], 9).reshape(3, 3).T
        assert np.allclose(R, sample.T_world_cam[view, :3, :3], atol=1e-6)
        assert np.allclose(rows(entity["Transform3D:translation"], 3), sample.T_world_cam[view, :3, 3], atol=1e-6)
        assert np.allclose(K[:2, 2], sample.K[view, :2, 2] + 0.5)
        assert np.allclose(K[:, :2], sample.K[view][:, :2])
        assert rows(entity["Pinhole:resolution"], 2).tolist() == [[160, 120]]
        picture = np.asarray(entity["Image:buffer"].flatten(), np.uint8).reshape(120, 160, 3)
        assert np.array_equal(picture, sample.rgb[view])


def test_points_are_those_of_the_depth_layers(made):
    subject, found = made
    for name, cloud in clouds(subject.sample).items():
        entity = found[f"/world/points/{name}"]
        assert np.allclose(rows(entity["Points3D:positions"], 3), cloud.points, atol=1e-5)
        assert np.array_equal(np.asarray(entity["Points3D:colors"]), packed(cloud.colors))


@pytest.mark.parametrize("view", [1, 2])
def test_rays_are_sorted_by_status(made, view):
    subject, found = made
    expected = status_points(subject.sample, view)
    at = f"/world/rays/in_view_{view}"
    assert {e for e in found if e.startswith(f"{at}/points/")} == {f"{at}/points/{c.name.lower()}" for c in expected}
    for code, points in expected.items():
        entity = found[f"{at}/points/{code.name.lower()}"]
        assert np.allclose(rows(entity["Points3D:positions"], 3), points, atol=1e-5)
        assert np.asarray(entity["Points3D:colors"]).tolist() == packed(status_rgb()[[code]]).tolist()
    for code, lines in status_lines(subject.sample, view, 200).items():
        strips = found[f"{at}/lines/{code.name.lower()}"]["LineStrips3D:strips"]
        assert np.allclose(rows(strips.flatten(), 3).reshape(-1, 2, 3), lines, atol=1e-5)


def test_the_recording_has_its_name_and_no_time(made):
    _, found = made
    properties = found["/__properties"]
    assert properties["RecordingInfo:name"].to_pylist() == ["a.h5, sample 1"]
    assert "RecordingInfo:start_time" not in properties


def test_without_depth_the_rays_are_recorded(tmp_path):
    with Samples(shard(tmp_path / "a.h5", layers=(), samples=1)) as samples:
        save_recording(samples.subject(0), tmp_path / "a.rrd")
    assert [e for e in read(tmp_path / "a.rrd") if e.startswith("/world/points/")] == ["/world/points/rays"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.h5", "a recording is written as .rrd: choose this ending"),
        ("no/a.rrd", "there is no folder"),
        ("folder.rrd", "is a folder: name a file"),
    ],
)
def test_targets_that_cannot_be(tmp_path, name, message):
    (tmp_path / "folder.rrd").mkdir()
    with pytest.raises(UsageError) as caught:
        check_recording_target(tmp_path / name)
    assert str(caught.value).startswith(f"--save {tmp_path / name}: {message}")


def test_a_full_disk_leaves_nothing(made, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(ShardError, match=r"a\.rrd: cannot be written"):
        save_recording(made[0], tmp_path / "a.rrd")
    assert not list(tmp_path.iterdir())


def test_without_rerun_one_line_says_what_to_install(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(UsageError) as caught:
        encode_recording(made[0])
    assert str(caught.value) == "view --save: the package rerun is missing: pip install rerun-sdk"


def test_a_lens_is_refused_by_name(made, tmp_path):
    bent = replace(made[0], sample=replace(made[0].sample, lenses=(parse("fisheye:0,0,0,0"),) * 3))
    with pytest.raises(UsageError) as caught:
        save_recording(bent, tmp_path / "a.rrd")
    wanted = "view --save: rerun draws pinholes, the cameras have a fisheye lens: use view without --save"
    assert str(caught.value) == wanted
    assert not list(tmp_path.iterdir())


def test_switched_off_by_its_variable(made, monkeypatch):
    monkeypatch.setenv("RERUN", "off")
    with pytest.raises(UsageError, match="rerun is switched off: unset the variable RERUN"):
        encode_recording(made[0])


def test_the_command_says_how_to_open_it(tmp_path):
    from scenegen.cli.looking import ViewCommand, view

    path, said = shard(tmp_path / "a.h5", layers=(), samples=1), io.StringIO()
    assert view(ViewCommand(path, save=tmp_path / "a.rrd"), Console(file=said)) == 0
    lines = said.getvalue().splitlines()
    assert lines[0] == "no depth layer in this shard: the points are those of the traced rays of view 0"
    assert lines[1].endswith(f"open it with: rerun {tmp_path / 'a.rrd'}")
