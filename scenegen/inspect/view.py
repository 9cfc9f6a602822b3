"""A page in the browser with the samples of a shard in 3-D, served by viser on this machine only."""

import contextlib
import io
import socket
import threading
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ScenegenError, UsageError
from scenegen.geometry import pixel_directions
from scenegen.inspect.cloud import Cloud, clouds, status_lines, status_points
from scenegen.inspect.palette import STATUS_COLORS, STATUS_LABELS, status_rgb
from scenegen.inspect.points import quaternion
from scenegen.inspect.subject import Samples, Subject
from scenegen.inspect.words import as_html, percent
from scenegen.shards import Status
from scenegen.shards.sample import Sample
from scenegen.srgb import srgb_to_linear

HOST = "127.0.0.1"
FRUSTUM_M = 0.22
"""Length of a camera's frustum."""
LINE_M = 0.008
"""Thickness of a ray."""
SHOWN = (Status.VISIBLE, Status.OCCLUDED)
"""Statuses whose rays are shown at first."""


def require_viser() -> Any:
    """The package; UsageError with the command that installs it when it is missing."""
    try:
        import viser
    except ImportError:
        raise UsageError("view: the package viser is missing: pip install 'scenegen[view]'") from None
    return viser


def check_port(port: int) -> None:
    """Raise UsageError unless a server can be started on a port of this machine; 0 takes any free one."""
    if not 0 <= port <= 65535:
        raise UsageError(f"--port {port}: a port is a number from 0 to 65535")
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
    except OSError as error:
        raise UsageError(
            f"--port {port}: cannot be used ({error.strerror}): choose another, such as {port + 1}"
        ) from None


class Page:
    """The server, the controls and what is shown; callbacks arrive on viser's threads, one at a time.

    Raises UsageError when viser is missing, the port is taken or the sample is not there, ShardError for
    damage.
    """

    def __init__(self, samples: Samples, index: int, port: int) -> None:
        viser = require_viser()
        check_port(port)
        self.samples = samples
        self.subject = samples.subject(index)
        self._lock = threading.RLock()
        self._nodes: list[Any] = []
        # viser announces itself on the standard output whatever it is told
        with contextlib.redirect_stdout(io.StringIO()):
            self.server = viser.ViserServer(host=HOST, port=port, label="scenegen view", verbose=False)
        if port not in (0, self.server.get_port()):
            self.close()
            raise UsageError(f"--port {port}: was taken by another program just now: choose another")
        # a client could ask for a public tunnel to this page
        self.server.request_share_url = lambda verbose=True: None
        self._add_controls(index)
        self._look_in()
        self.show()

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://{HOST}:{self.server.get_port()}"

    def close(self) -> None:
        """Stop the server."""
        with contextlib.redirect_stdout(io.StringIO()):
            self.server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self) -> None:
        """Replace what is shown by what the controls say."""
        with self._lock, self.server.atomic():
            for node in self._nodes:
                node.remove()
            self._nodes = []
            self._add_cameras(self.subject.sample)
            for name, cloud in clouds(self.subject.sample).items():
                self._add_cloud(f"/points/{name}", cloud, self.points.value)
            self._add_rays(self.subject.sample)
            self.words.content = _words(self.subject, self.other_view)

    @property
    def other_view(self) -> int:
        """The view whose verdicts are shown."""
        return int(self.other.value.removeprefix("view "))

    def _add_controls(self, index: int) -> None:
        """The panel; every control redraws, which is quick enough for one sample."""
        gui = self.server.gui
        gui.configure_theme(show_share_button=False, show_logo=False, control_width="medium")
        last, views = len(self.samples) - 1, len(self.subject.sample.rgb)
        self.number = gui.add_slider("sample", 0, max(last, 1), 1, index, disabled=last == 0)
        self.other = gui.add_dropdown("rays seen in", [f"view {k}" for k in range(1, views)], disabled=views == 2)
        self.words = gui.add_html("")
        with gui.add_folder("rays by status"):
            self.status = {
                code: gui.add_checkbox(STATUS_LABELS[code.name.lower()], code in SHOWN)
                for code in Status
                if code != Status.NO_HIT
            }
            self.lines = gui.add_slider("lines", 0, 400, 10, 60)
            self.dots = gui.add_checkbox("all hit points", False)
        with gui.add_folder("surface"):
            self.points = gui.add_checkbox("points of all views", True)
            self.size_mm = gui.add_slider("point size, mm", 1, 30, 1, _point_mm(self.subject.sample))
        self.number.on_update(self._guarded(self._step))
        for control in (self.other, self.lines, self.dots, self.points, self.size_mm, *self.status.values()):
            control.on_update(self._guarded(self.show))

    def _guarded(self, action: Callable[[], None]) -> Callable[[Any], None]:
        """An action as a callback."""

        def run(_: Any) -> None:
            with self._lock:
                action()

        return run

    def _step(self) -> None:
        """Go to another sample; a damaged one is said on the page, and the last stays."""
        try:
            self.subject = self.samples.subject(min(int(self.number.value), len(self.samples) - 1))
        except ScenegenError as error:
            self.words.content = _panel(as_html(str(error)))
            return
        self.show()

    def _look_in(self) -> None:
        """Begin behind and above the cameras, looking where they look."""
        sample = self.subject.sample
        centre, forward = sample.T_world_cam[:, :3, 3].mean(0), sample.T_world_cam[:, :3, 2].mean(0)
        middle = _median_m(sample)
        camera = self.server.initial_camera
        camera.position = tuple(centre - 0.55 * middle * forward + [0, 0, 0.4 * middle])
        camera.look_at = tuple(centre + 0.7 * middle * forward + [0, 0, 0.1 * middle])
        camera.fov = np.radians(60)

    def _add_cameras(self, sample: Sample) -> None:
        """A frustum for each view, with its picture where that is flat: not through a lens."""
        for view, pose in enumerate(sample.T_world_cam):
            across, down = _field(sample, view)
            frustum = self.server.scene.add_camera_frustum(
                f"/cameras/view_{view}",
                fov=2 * float(np.arctan(down)),
                aspect=across / down,
                scale=FRUSTUM_M,
                thickness=0.008,
                color=(20, 20, 20),
                image=None if sample.lenses[view].bends else sample.rgb[view],
                wxyz=quaternion(pose[:3, :3]),
                position=tuple(pose[:3, 3]),
            )
            label = self.server.scene.add_label(f"/cameras/view_{view}/label", f"view {view}")
            self._nodes += [label, frustum]

    def _add_cloud(self, name: str, cloud: Cloud, visible: bool) -> None:
        """Points of one cloud."""
        size_m = 1e-3 * float(self.size_mm.value)
        node = self.server.scene.add_point_cloud(
            name,
            cloud.points.astype(np.float32),
            cloud.colors,
            point_size=size_m,
            precision="float32",
            point_shading="flat",
            visible=visible,
        )
        self._nodes.append(node)

    def _add_rays(self, sample: Sample) -> None:
        """Lines, and all hit points when asked for, of the statuses that are ticked."""
        shown = {code for code, box in self.status.items() if box.value}
        for code, lines in status_lines(sample, self.other_view, int(self.lines.value)).items():
            if code in shown:
                colors = np.broadcast_to(_linear(status_rgb()[code]), lines.shape)
                name = f"/rays/{code.name.lower()}/lines"
                self._nodes.append(self.server.scene.add_line_segments(name, lines, colors, thickness=LINE_M))
        if self.dots.value:
            for code, points in status_points(sample, self.other_view).items():
                colors = np.broadcast_to(status_rgb()[code], points.shape)
                self._add_cloud(f"/rays/{code.name.lower()}/points", Cloud(points, colors), code in shown)


def _field(sample: Sample, view: int) -> tuple[float, float]:
    """Half of the width and height of what a view sees, at a depth of 1, to the middles of the picture's edges."""
    height, width = sample.rgb.shape[1:3]
    K, lens = sample.K[view], sample.lenses[view]
    if not lens.bends:
        return width / 2 / float(K[0, 0]), height / 2 / float(K[1, 1])
    x, y = K[:2, 2]
    edges = np.array([[-0.5, y], [width - 0.5, y], [x, -0.5], [x, height - 0.5]])
    left, right, top, bottom = np.abs(pixel_directions(K, edges, lens)[:, :2]).max(1)
    return float(max(left, right)), float(max(top, bottom))


def _median_m(sample: Sample) -> float:
    """Median depth of the rays, metres; 1 where none hits anything."""
    hit = sample.depth0[sample.depth0 > 0]
    return float(np.median(hit)) if len(hit) else 1.0


def _point_mm(sample: Sample) -> int:
    """Size of points that nearly touch at the median depth."""
    return int(np.clip(round(900 * _median_m(sample) / float(sample.K[0, 0, 0])), 1, 30))


def _linear(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An sRGB colour as viser wants those of lines, which it takes for linear light."""
    return np.rint(255 * srgb_to_linear(color / 255)).astype(np.uint8)


def _words(subject: Subject, view: int) -> str:
    """The sample, and a legend with the share of each status in a view, as HTML."""
    status = subject.sample.status[view - 1]
    rows = []
    for name, code in ((status.name.lower(), status) for status in Status):
        share = float((status == code).mean()) if len(status) else 0.0
        square = f'<span style="background:{STATUS_COLORS[name]};display:inline-block;width:0.9em;height:0.9em"></span>'
        rows.append(f"<div>{square} {STATUS_LABELS[name]} {as_html(percent(share))}</div>")
    return _panel(f"<b>{as_html(subject.source)}</b>{''.join(rows)}")


def _panel(content: str) -> str:
    """HTML in the size and place of the panel's other words."""
    return f'<div style="font-size:0.85em;padding:0.3em 1em">{content}</div>'
