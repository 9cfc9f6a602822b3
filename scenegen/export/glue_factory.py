"""glue-factory: folders for its `posed_images` reader, and lists for its `image_pairs` reader.

`posed_images` is the reader behind its MegaDepth-1500 evaluation: cameras, poses, depth maps and any number of views,
so ground-truth matches can be made from it and nothing of ours is lost. Its root is the folder of a split, which holds
scenes and nothing else, as it wants. A scene is `images/`, `depths/` (HDF5), `views.txt` (name, world-to-camera
rotation and translation, camera) and `pairs.txt` (view 0 with another view of its sample). Beside the folder of a
split, `pairs_calibrated_SPLIT.txt` holds the same pairs with intrinsics and relative pose for `image_pairs`
(relative_pose), the reader of its ScanNet-1500 evaluation, which needs no depth. Both count pixels from the corner of
the top-left one, so half a pixel is added to ours.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from scenegen.export.cameras import corner_intrinsics, focal_and_center, numbers_line
from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.pictures import depth_h5, write_pictures
from scenegen.export.scenes import SceneSamples, picture_name
from scenegen.geometry import inverse
from scenegen.shards.sample import Sample


def export_glue_factory(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write the scenes of each split. Raises ShardError for a damaged shard, OSError for the disk."""
    for scene in scenes:
        views, pairs, calibrated = [], [], []
        for sample in scene:
            files = _write_views(sample, out / scene.entry.split / scene.name, suffix)
            views += [_view_line(sample, view, file) for view, file in enumerate(files)]
            pairs += [f"{files[0]} {other}\n" for other in files[1:]]
            calibrated += _calibrated_lines(sample, [f"{scene.name}/images/{file}" for file in files])
        write_file(out / scene.entry.split / scene.name / "views.txt", "".join(views).encode())
        write_file(out / scene.entry.split / scene.name / "pairs.txt", "".join(pairs).encode())
        with (out / f"pairs_calibrated_{scene.entry.split}.txt").open("a", encoding="utf-8") as stream:
            stream.writelines(calibrated)


def _write_views(sample: Sample, folder: Path, suffix: Suffix) -> list[str]:
    """Write the pictures of a sample and its depth maps, where there are some; the names of the pictures."""
    for view, depth_m in enumerate(() if sample.depth is None else sample.depth):
        write_file(folder / "depths" / picture_name(sample.index, view, "h5"), depth_h5(depth_m))
    return write_pictures(sample, folder / "images", suffix)


def _view_line(sample: Sample, view: int, file: str) -> str:
    """Name, R (9) and t (3) from world to camera, and the camera as COLMAP writes it."""
    T_cam_world, K = inverse(sample.T_world_cam[view]), corner_intrinsics(sample.K[view])
    height, width = sample.rgb.shape[1:3]
    pose = numbers_line(T_cam_world[:3, :3], T_cam_world[:3, 3])
    return f"{file} {pose} PINHOLE {width} {height} {numbers_line(*focal_and_center(K))}\n"


def _calibrated_lines(sample: Sample, files: list[str]) -> Iterator[str]:
    """Both names, both intrinsics (9 each) and the pose (16) from view 0 to the other one."""
    K = [corner_intrinsics(k) for k in sample.K]
    for view in range(1, len(files)):
        T_to_from_0 = inverse(sample.T_world_cam[view]) @ sample.T_world_cam[0]
        yield f"{files[0]} {files[view]} {numbers_line(K[0], K[view], T_to_from_0)}\n"


FORM = Form(export_glue_factory)
