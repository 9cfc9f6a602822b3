"""The 3-D page: what stands on it, its controls, its port and its end."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import scenes
from browser import Page as Browser
from browser import chromium
from interrupting import PATIENCE_S, interruptible
from looking_world import CAMERAS, room_views, shard

from scenegen.errors import UsageError
from scenegen.inspect.cloud import clouds, status_lines, status_points
from scenegen.inspect.subject import Samples
from scenegen.inspect.words import percent
from scenegen.shards.writer import encode_shard
from scenegen.status import Status

viser = pytest.importorskip("viser", reason="the 3-D page needs viser (extra: view)")
from scenegen.inspect.view import HOST, Page, check_port, require_viser  # noqa: E402


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return shard(tmp_path_factory.mktemp("view") / "a.h5")


@pytest.fixture(scope="module")
def page(path):
    with Samples(path) as samples, Page(samples, 1, 0) as opened:
        yield opened


def nodes(page):
    """What is shown, by name."""
    return {node.name: node for node in page._nodes}


def test_the_page_is_served_on_loopback_only(page):
    with urllib.request.urlopen(page.url, timeout=PATIENCE_S) as answer:
        assert b"<html" in answer.read()[:2000].lower()
    assert page.url == f"http://127.0.0.1:{page.server.get_port()}"
    port = f"{page.server.get_port():04X}"
    listening = [line.split()[1] for name in ("tcp", "tcp6") for line in _sockets(name) if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(":" + port)] == [f"0100007F:{port}"]


def test_no_tunnel_can_be_asked_for(page):
    assert page.server.request_share_url() is None
    assert page.server._share_tunnel is None


def _sockets(name):
    table = Path("/proc/net") / name
    if not table.exists():
        pytest.skip("needs /proc/net to see who listens where")
    return table.read_text().splitlines()[1:]


def test_cameras_stand_and_look_as_the_shard_says(page):
    sample = page.subject.sample
    for view in range(3):
        frustum = nodes(page)[f"/cameras/view_{view}"]
        K, pose = sample.K[view], sample.T_world_cam[view]
        assert np.allclose(frustum.position, pose[:3, 3])
        assert np.allclose(viser.transforms.SO3(np.asarray(frustum.wxyz)).as_matrix(), pose[:3, :3], atol=1e-6)
        # the middle of the lower edge of the picture, half a pixel outside the last centre
        below = np.linalg.inv(K) @ [K[0, 2], 119.5, 1]
        assert np.tan(frustum.fov / 2) == pytest.approx(below[1], rel=1e-6)
        assert frustum.aspect == pytest.approx(160 / 120)


def test_through_a_lens_a_camera_shows_what_it_sees_to_the_middles_of_its_edges(tmp_path):
    """Without its picture, which is not flat."""
    views = tuple(scenes.view(at, (0.2, 0, 0.5), lens="fisheye:0,0,0,0") for at in CAMERAS)
    with Samples(shard(tmp_path / "a.h5", views=views)) as samples, Page(samples, 0, 0) as opened:
        frustum = nodes(opened)["/cameras/view_1"]
        assert frustum.fov == pytest.approx(2 * 60 / 125)
        assert frustum.aspect == pytest.approx(np.tan(80 / 125) / np.tan(60 / 125))


def test_points_are_those_of_the_depth_layers(page):
    for name, cloud in clouds(page.subject.sample).items():
        node = nodes(page)[f"/points/{name}"]
        assert np.allclose(node.points, cloud.points, atol=1e-5)
        assert np.array_equal(node.colors, cloud.colors)


def test_statuses_and_lines_may_be_chosen(page):
    sample = page.subject.sample
    for code, box in page.status.items():
        box.value = code == Status.OCCLUDED
    page.dots.value = True
    page.lines.value = 100
    page.other.value = "view 2"
    page.show()
    shown = nodes(page)
    rays = {name: node for name, node in shown.items() if name.startswith("/rays/")}
    assert np.allclose(rays["/rays/occluded/lines"].points, status_lines(sample, 2, 100)[Status.OCCLUDED], atol=1e-5)
    points = status_points(sample, 2)
    for code, there in points.items():
        node = rays[f"/rays/{code.name.lower()}/points"]
        assert node.visible == (code == Status.OCCLUDED)
        assert np.allclose(node.points, there, atol=1e-5)
    assert {name for name in rays if name.endswith("lines")} == {"/rays/occluded/lines"}
    share = (sample.status[1] == Status.OCCLUDED).mean()
    assert f"occluded {percent(share)}" in page.words.content
    page.points.value = False
    page.show()
    assert not nodes(page)["/points/view_0"].visible
    page.points.value, page.dots.value = True, False


def test_another_sample_replaces_the_first(tmp_path):
    from looking_world import content

    made = content(samples=2)
    made.arrays["camera/T_world_cam"][1, :, 0, 3] += 0.25
    (tmp_path / "a.h5").write_bytes(encode_shard(made))
    with Samples(tmp_path / "a.h5") as samples, Page(samples, 0, 0) as page:
        before = nodes(page)
        page.number.value = 1
        page._step()
        after = nodes(page)
        assert "a.h5, sample 1" in page.words.content
        assert before.keys() == after.keys()
        moved = np.array(after["/cameras/view_0"].position) - before["/cameras/view_0"].position
        assert np.allclose(moved, [0.25, 0, 0])
        assert page.server.scene.get_handle_by_name("/points/view_2") is after["/points/view_2"]


def test_two_views_need_no_choice_and_one_sample_no_slider(tmp_path):
    path = shard(tmp_path / "a<b>.h5", views=room_views(count=2), samples=1, layers=())
    with Samples(path) as samples, Page(samples, 0, 0) as page:
        assert page.other.disabled
        assert page.number.disabled
        assert page.other_view == 1
        assert "/points/rays" in nodes(page)
        assert "a&lt;b&gt;.h5" in page.words.content


def test_a_damaged_sample_is_said_on_the_page(tmp_path):
    path = shard(tmp_path / "a.h5")
    with Samples(path) as samples, Page(samples, 0, 0) as page:
        there = page.subject
        page.samples = Samples(tmp_path)
        path.rename(tmp_path / "b.h5")
        page.number.value = 1
        page._step()
        assert "no such file" in page.words.content
        assert page.subject is there


@pytest.mark.parametrize("port", [-1, 65536])
def test_ports_that_cannot_be(port):
    with pytest.raises(UsageError) as caught:
        check_port(port)
    assert str(caught.value) == f"--port {port}: a port is a number from 0 to 65535"


def test_a_port_in_use(path):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Samples(path) as samples, pytest.raises(UsageError) as caught:
            Page(samples, 0, port)
    assert (
        str(caught.value)
        == f"--port {port}: cannot be used (Address already in use): choose another, such as {port + 1}"
    )


def test_a_port_taken_between_the_look_and_the_start(path, monkeypatch):
    monkeypatch.setattr("scenegen.inspect.view.check_port", lambda port: None)
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with Samples(path) as samples, pytest.raises(UsageError, match="was taken by another program just now"):
            Page(samples, 0, taken.getsockname()[1])


def test_without_viser_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "viser", None)
    with pytest.raises(UsageError) as caught:
        require_viser()
    assert str(caught.value) == "view: the package viser is missing: pip install 'scenegen[view]'"


@pytest.mark.slow
@pytest.mark.skipif(chromium() is None, reason="needs Chromium")
def test_a_browser_shows_the_scene_and_steps_on(page, tmp_path):
    tab = Browser(chromium(), tmp_path / "profile")
    try:
        tab.call("Page.navigate", url=page.url)
        tab.until("document.body?.innerText.includes('a.h5, sample 1')")
        tab.until("document.querySelector('canvas') !== null")
        said = tab.run("document.body.innerText")
        for words in ("scenegen view", "rays by status", "occluded", "point size, mm"):
            assert words in said
        assert "Share" not in said
        page.number.value = 0
        page._step()
        tab.until("document.body.innerText.includes('a.h5, sample 0')")
        assert {url.split("//")[1].split("/")[0] for url in tab.requests} <= {page.url.removeprefix("http://")}
    finally:
        tab.close()


def test_ctrl_c_ends_it_cleanly(path):
    script = (
        "import sys; from pathlib import Path; from rich.console import Console\n"
        "from scenegen.cli.looking import ViewCommand, view\n"
        f"sys.exit(view(ViewCommand(Path({str(path)!r}), sample=1, port=0), Console()))\n"
    )
    with interruptible():
        done = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    line = done.stdout.readline()
    url = re.search(r"http://127\.0\.0\.1:\d+", line).group()
    assert line == f"a.h5, sample 1 is at {url} (Ctrl-C ends it)\n"
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        assert answer.status == 200
    done.send_signal(signal.SIGINT)
    rest, errors = done.communicate(timeout=PATIENCE_S)
    assert done.returncode == 0
    assert rest == errors == ""
