"""`colmap`: the workspace of COLMAP's image_undistorter with its depth maps: images/, sparse/, stereo/depth_maps/.

Poses are world to camera, pixel (0, 0) is the corner of the top-left one. Lengths have no unit: the tolerance is a
share of the depth, and metres in the shards are units of the model.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.frames import FrameSequence, RgbdFrame
from scenegen.importing.layouts.folders import first_file, holding, usable
from scenegen.importing.pictures import reading
from scenegen.importing.poses import intrinsics, inverted, of_quaternion
from scenegen.shards.by_depth import Noise

F64 = NDArray[np.float64]
NO_SCALE = Noise(0.0, 0.01)
MODELS = {0: "SIMPLE_PINHOLE", 1: "PINHOLE"}
"""The models without distortion, and their numbers."""
PARAMETERS = {0: 3, 1: 4, 2: 4, 3: 5, 4: 8, 5: 8, 6: 12, 7: 5, 8: 4, 9: 5, 10: 12}
"""Parameters of each model, by number: of the distorted ones only to say so."""


@dataclass(frozen=True)
class ColmapImage:
    """An image of a model."""

    name: str
    camera: int
    T_world_cam: F64 | None


def find(folder: Path) -> list[FrameSequence]:
    """The workspaces below a folder. Raises ImportingError."""
    return [_sequence(name, place) for name, place in holding(folder, "images", "sparse", "stereo/depth_maps")]


def _sequence(name: str, folder: Path) -> FrameSequence:
    model = first_file(*(folder / "sparse" / f"{sub}images.{kind}" for sub in ("", "0/") for kind in ("bin", "txt")))
    if model is None:
        raise ImportingError(f"{folder / 'sparse'}: holds no images.bin or images.txt: give a COLMAP workspace")
    binary, cameras_file = model.suffix == ".bin", model.with_name(f"cameras{model.suffix}")
    cameras = reading(cameras_file, _binary_cameras if binary else _text_cameras, "cameras of COLMAP")
    images = reading(model, _binary_images if binary else _text_images, "images of COLMAP")
    ordered = sorted(images, key=lambda image: image.name)
    frames, skipped = usable(name, folder, [lambda i=image: _frame(folder, i, cameras) for image in ordered])
    return FrameSequence(name, frames, NO_SCALE, skipped)


def _frame(folder: Path, image: ColmapImage, cameras: dict[int, F64]) -> RgbdFrame | str:
    maps = folder / "stereo" / "depth_maps"
    depth = first_file(*(maps / f"{image.name}.{kind}.bin" for kind in ("geometric", "photometric")))
    if depth is None:
        return "without a depth map"
    if image.T_world_cam is None or image.camera not in cameras:
        return "without a pose or a camera"
    return RgbdFrame(folder / "images" / image.name, depth, image.T_world_cam, cameras[image.camera], unit_m=1.0)


def _camera(model: str | int, values: list[float]) -> F64:
    """Intrinsics of a camera. Raises ValueError where its pictures are distorted."""
    name = MODELS.get(model, f"model {model}") if isinstance(model, int) else model
    if name not in MODELS.values():
        raise ValueError(f"{name} is distorted: give the workspace of image_undistorter")
    f, *rest = values
    return intrinsics(f, f, *rest, corner=True) if name == MODELS[0] else intrinsics(f, *rest, corner=True)


def _binary_cameras(path: Path) -> dict[int, F64]:
    data, at, cameras = path.read_bytes(), 8, {}
    for _ in range(_count(data)):
        number, model, _, _ = struct.unpack_from("<IiQQ", data, at)
        if model not in PARAMETERS:
            raise ValueError(f"camera model {model} is not known")
        cameras[number] = _camera(model, list(struct.unpack_from(f"<{PARAMETERS[model]}d", data, at + 24)))
        at += 24 + 8 * PARAMETERS[model]
    return cameras


def _binary_images(path: Path) -> list[ColmapImage]:
    data, at, images = path.read_bytes(), 8, []
    for _ in range(_count(data)):
        _, *pose, camera = struct.unpack_from("<I7dI", data, at)
        end = data.index(b"\0", at + 64)
        images.append(_posed(data[at + 64 : end].decode(), camera, pose))
        at = end + 9 + 24 * struct.unpack_from("<Q", data, end + 1)[0]
    return images


def _count(data: bytes) -> int:
    if len(data) < 8:
        raise ValueError("it is cut short")
    return struct.unpack_from("<Q", data)[0]


def _text_cameras(path: Path) -> dict[int, F64]:
    words = (line.split() for line in _lines(path) if line)
    return {int(w[0]): _camera(w[1], [float(value) for value in w[4:]]) for w in words}


def _text_images(path: Path) -> list[ColmapImage]:
    """Every image has two lines; the second one, of its points, may be empty."""
    words = [line.split(maxsplit=9) for line in list(_lines(path))[::2] if line]
    return [_posed(w[9], int(w[8]), [float(value) for value in w[1:8]]) for w in words]


def _lines(path: Path) -> Iterator[str]:
    return (line.strip() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))


def _posed(name: str, camera: int, pose: list[float]) -> ColmapImage:
    return ColmapImage(name, camera, inverted(of_quaternion(pose[:4], pose[4:])))
