"""Point tracks over the frames of each sample, as the TAP-Vid benchmarks have them (Doersch et al. 2022).

`SPLIT.pkl` is a pickle of a dict: the name of a video to {video (T, H, W, 3) uint8, points (N, T, 2) float32, occluded
(N, T) bool}. Points are (x, y) as shares of width and height, from the outer corner of the first pixel: (x + 1/2) / W.
Frames are the views of a sample, in their order; tracks are rays that a later frame shows, evenly over the first one.
What is hidden, outside of the picture or behind the camera is occluded, and so is what the tracer leaves open; it has
its projection, or 0 where there is none. Frames of `--trajectory` follow each other as those of a camera do.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.evenly import middles
from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.pickles import pickled
from scenegen.export.scenes import SceneSamples
from scenegen.shards import Status
from scenegen.shards.sample import Sample

MOST_POINTS = 256
"""Tracks of a video: what Kubric's readers take of one."""

ABOUT = f"""tapvid: point tracks over the views of each sample as frames, for readers of TAP-Vid

SPLIT.pkl is a pickle of a dict: video name to video (T, H, W, 3) uint8, points (N, T, 2) float32, occluded (N, T) bool.
Points: (x, y) as shares of width and height from the outer corner of the top-left pixel. In pixels whose centres are
whole numbers, as in the shard, they are x * W - 0.5, y * H - 0.5.
Occluded: hidden, outside of the picture, behind the camera, or left open by the tracer. The point is the true
projection then, or (0, 0) where there is none.
Tracks: at most {MOST_POINTS} a video, of pixels of frame 0 that a later frame shows, evenly over the picture.
Frames follow each other in time where the run has a --trajectory; others are pictures taken here and there.
"""


def export_tapvid(scenes: Iterable[SceneSamples], out: Path, _: Suffix) -> None:
    """Write one pickle for each split. Raises ShardError for a damaged shard, OSError for the disk."""
    write_file(out / "README.txt", ABOUT.encode())
    videos: dict[str, dict[str, Any]] = {}
    for scene in scenes:
        of_split = videos.setdefault(scene.entry.split, {})
        of_split |= {f"{scene.name}_{sample.index:03d}": video(sample) for sample in scene}
    for split, content in videos.items():
        write_file(out / f"{split}.pkl", pickled(content))


def video(sample: Sample) -> dict[str, NDArray[Any]]:
    """Frames and tracks of a sample."""
    height, width = sample.rgb.shape[1:3]
    seen = (sample.status == Status.VISIBLE).any(0)
    rays = np.flatnonzero(seen)[middles(int(seen.sum()), MOST_POINTS)]
    xy = np.concatenate([sample.xy0[None, rays].astype(np.float32), sample.xy[:, rays]])
    occluded = np.concatenate([np.zeros((1, len(rays)), np.bool_), sample.status[:, rays] != Status.VISIBLE])
    points = (np.nan_to_num(xy, nan=-0.5) + 0.5) / np.array([width, height], np.float32)
    return {
        "video": sample.rgb,
        "points": np.ascontiguousarray(points.swapaxes(0, 1), np.float32),
        "occluded": np.ascontiguousarray(occluded.T),
    }


FORM = Form(export_tapvid, cameras=False, lenses=True)
