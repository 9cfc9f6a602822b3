"""A sample as a recording for the rerun viewer (.rrd): cameras, pictures, points, rays by status.

Everything is logged as static, in metres, with rerun's own cameras. Rerun counts pixels from the corner
of the first one, shards from its centre: half a pixel is added to the principal point.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenegen.errors import UsageError
from scenegen.inspect.cloud import clouds, status_lines, status_points
from scenegen.inspect.palette import status_rgb
from scenegen.inspect.subject import Subject
from scenegen.shards.writer import publish

if TYPE_CHECKING:
    from rerun import RecordingStream

SUFFIX = ".rrd"
LINES = 200
"""Rays drawn as lines."""
POINT_M, LINE_M = 0.004, 0.0015
"""Radii of points and lines."""


def require_rerun() -> Any:
    """The package; UsageError with the command that installs it when it is missing."""
    try:
        import rerun
    except ImportError:
        raise UsageError("view --save: the package rerun is missing: pip install rerun-sdk") from None
    return rerun


def check_recording_target(path: Path) -> None:
    """Raise UsageError when no recording can be written to `path`: before any work is done."""
    if path.suffix.lower() != SUFFIX:
        raise UsageError(f"--save {path}: a recording is written as {SUFFIX}: choose this ending")
    if not path.parent.is_dir():
        raise UsageError(f"--save {path}: there is no folder {path.parent}: make it, or choose another")
    if path.is_dir():
        raise UsageError(f"--save {path}: is a folder: name a file")


def save_recording(subject: Subject, path: Path) -> None:
    """Write a sample to a `.rrd` file, whole or not at all.

    Raises UsageError when rerun is missing, the file cannot be one, or a camera is no pinhole, ShardError for a full
    disk.
    """
    check_recording_target(path)
    publish(path, encode_recording(subject))


def encode_recording(subject: Subject) -> bytes:
    """The bytes of a `.rrd` file with one sample. Raises UsageError as `save_recording`, and where rerun is off."""
    rr = require_rerun()
    if subject.sample.has_lenses:
        lens = subject.sample.lenses[0].model
        raise UsageError(f"view --save: rerun draws pinholes, the cameras have a {lens} lens: use view without --save")
    name = hashlib.sha256(f"{subject.source}{subject.sample.seed.tolist()}".encode()).hexdigest()[:16]
    stream = rr.RecordingStream("scenegen", recording_id=name, send_properties=False)
    if not rr.is_enabled(stream):
        raise UsageError("view --save: rerun is switched off: unset the variable RERUN")
    buffer = stream.binary_stream()
    stream.send_recording_name(subject.source)
    stream.send_blueprint(_blueprint(len(subject.sample.rgb)))
    stream.log("world", rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    _log_cameras(stream, subject)
    _log_points(stream, subject)
    _log_rays(stream, subject)
    return buffer.read() or b""


def _log_cameras(stream: "RecordingStream", subject: Subject) -> None:
    """Poses, lenses and pictures of all views."""
    rr, sample = require_rerun(), subject.sample
    height, width = sample.rgb.shape[1:3]
    for view, (K, pose) in enumerate(zip(sample.K, sample.T_world_cam, strict=True)):
        path = f"world/view_{view}"
        cornered = K + np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
        stream.log(path, rr.Transform3D(translation=pose[:3, 3], mat3x3=pose[:3, :3]), static=True)
        lens = rr.Pinhole(
            image_from_camera=cornered,
            resolution=[width, height],
            camera_xyz=rr.ViewCoordinates.RDF,
            image_plane_distance=0.4,
        )
        stream.log(path, lens, static=True)
        stream.log(path, rr.Image(sample.rgb[view]), static=True)


def _log_points(stream: "RecordingStream", subject: Subject) -> None:
    """What each view sees, in its colours."""
    rr = require_rerun()
    for name, cloud in clouds(subject.sample).items():
        points = rr.Points3D(cloud.points.astype(np.float32), colors=cloud.colors, radii=POINT_M)
        stream.log(f"world/points/{name}", points, static=True)


def _log_rays(stream: "RecordingStream", subject: Subject) -> None:
    """Hit points and lines by their status in each other view."""
    rr, sample = require_rerun(), subject.sample
    for view in range(1, len(sample.rgb)):
        at = f"world/rays/in_view_{view}"
        for code, points in status_points(sample, view).items():
            color = status_rgb()[code]
            marks = rr.Points3D(points.astype(np.float32), colors=color, radii=1.5 * POINT_M)
            stream.log(f"{at}/points/{code.name.lower()}", marks, static=True)
        for code, lines in status_lines(sample, view, LINES).items():
            strips = rr.LineStrips3D(lines.astype(np.float32), colors=status_rgb()[code], radii=LINE_M)
            stream.log(f"{at}/lines/{code.name.lower()}", strips, static=True)


def _blueprint(views: int) -> Any:
    """The scene on the left without the dense ray points, the pictures on the right."""
    from rerun import blueprint as rrb

    scene = rrb.Spatial3DView(origin="world", contents=["+ $origin/**", "- $origin/rays/*/points/**"], name="scene")
    pictures = [rrb.Spatial2DView(origin=f"world/view_{view}", name=f"view {view}") for view in range(views)]
    layout = rrb.Horizontal(scene, rrb.Vertical(*pictures), column_shares=[2, 1])
    return rrb.Blueprint(layout, collapse_panels=True)
