"""`flow`: optical flow from one picture to the next, .flo, KITTI's 16-bit PNG, .pfm or .npy (H, W, 2).

Where pictures lie: Sintel (flow/SEQ beside clean/SEQ, with occlusions/ and invalid/), KITTI (flow_occ beside image_2),
FlyingChairs (N_flow.flo, N_img1, N_img2), Middlebury (flow10.flo, frame10, frame11), or one file of flow in a folder of
two pictures.
What is hidden comes from the data where it says so. Else two points that land on one place are both too close to call.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.depth_files import read_pfm
from scenegen.importing.flat import Dense, PairSequence
from scenegen.importing.layouts.folders import find_picture, holding
from scenegen.importing.layouts.pair_names import only_two
from scenegen.importing.layouts.planes import at_nearest
from scenegen.importing.options import ImportOptions
from scenegen.importing.pictures import picture_size, read_plane, reading
from scenegen.importing.png16 import read_png16
from scenegen.status import Status

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]
FLO_MARK = 202021.25
UNKNOWN_PX = 1e9
"""Flow of this and more is unknown, in .flo files."""
APART_PX = 1.5
"""Flows of two points on one place that differ by more are of two surfaces."""


@dataclass(frozen=True)
class FlowPair:
    """Two pictures with the flow from the first to the second."""

    flow: Path
    pictures: tuple[Path, Path]
    hidden: Path | None = None
    """A picture that is not 0 where a point is hidden in the second picture."""
    seen: Path | None = None
    """Flow of the points that are not hidden alone, as KITTI's flow_noc."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it is made of."""
        return (*self.pictures, self.flow, *(path for path in (self.hidden, self.seen) if path))

    def truth(self, options: ImportOptions) -> Dense:
        """The map of every place. Raises ImportingError where a file is damaged, or of another size."""
        flow = read_flow(self.flow)
        size = picture_size(self.pictures[0])
        if flow.shape[:2] != (size[1], size[0]):
            found = f"{flow.shape[1]}x{flow.shape[0]}, its picture {size[0]}x{size[1]}"
            raise ImportingError(f"{self.flow}: is {found}: flow is one of the picture that it starts from")
        verdict = self._verdicts(flow)
        return Dense(lambda xy: (xy + at_nearest(flow, xy), at_nearest(verdict, xy)))

    def _verdicts(self, flow: F64) -> NDArray[np.uint8]:
        """(H, W) what becomes of each pixel, whether or not it stays in the picture."""
        known = np.isfinite(flow).all(-1)
        status = np.where(known, Status.VISIBLE, Status.NO_HIT).astype(np.uint8)
        if self.hidden:
            status[known & (read_plane(self.hidden) > 0)] = Status.OCCLUDED
        elif self.seen:
            status[known & ~np.isfinite(read_flow(self.seen)).all(-1)] = Status.OCCLUDED
        else:
            status[known & collisions(flow)] = Status.AMBIGUOUS
        return status


def collisions(flow: F64) -> Mask:
    """(H, W) pixels that share their place in the second picture with one of another motion: one hides the other."""
    height, width = flow.shape[:2]
    y, x = np.nonzero(np.isfinite(flow).all(-1))
    u, v = flow[y, x].T
    column, row = np.rint(x + u).astype(np.int64), np.rint(y + v).astype(np.int64)
    place = (row + 2 * height) * (8 * width) + column + 4 * width
    low, high, index = _extremes(place, u, v)
    clash = np.zeros((height, width), np.bool_)
    clash[y, x] = np.any(high - low > APART_PX, axis=0)[index]
    return clash


def _extremes(place: NDArray[np.int64], u: F64, v: F64) -> tuple[F64, F64, NDArray[np.int64]]:
    """(2, K) least and largest flow of each place, and the number of the place of each pixel."""
    places, index = np.unique(place, return_inverse=True)
    low, high = np.full((2, len(places)), np.inf), np.full((2, len(places)), -np.inf)
    for axis, values in enumerate((u, v)):
        np.minimum.at(low[axis], index, values)
        np.maximum.at(high[axis], index, values)
    return low, high, index


def read_flow(path: Path) -> F64:
    """(H, W, 2) flow in pixels, NaN where unknown. Raises ImportingError."""
    flow = reading(path, READERS[path.suffix.lower()], "optical flow").astype(np.float64)
    return np.where((np.abs(flow) < UNKNOWN_PX).all(-1, keepdims=True), flow, np.nan)


def _flo(path: Path) -> NDArray[np.generic]:
    data = path.read_bytes()
    mark, width, height = struct.unpack_from("<fii", data)
    if mark != FLO_MARK:
        raise ValueError("it has no .flo header")
    return np.frombuffer(data, "<f4", 2 * width * height, 12).reshape(height, width, 2)


def _kitti(path: Path) -> NDArray[np.generic]:
    """Three channels of 16 bits: (u, v) x 64 + 2^15, and whether it is known."""
    values = read_png16(path)
    flow = (values[..., :2].astype(np.float64) - 32768) / 64
    return np.where(values[..., 2:] > 0, flow, np.nan)


def _array(path: Path) -> NDArray[np.generic]:
    stored = np.load(path, allow_pickle=False)
    if stored.ndim == 3 and stored.shape[0] == 2 and stored.shape[2] != 2:
        stored = stored.transpose(1, 2, 0)
    if stored.ndim != 3 or stored.shape[2] != 2:
        raise ValueError(f"shape {stored.shape} is not (height, width, 2)")
    return stored


def _pfm(path: Path) -> NDArray[np.generic]:
    values = read_pfm(path)
    if values.ndim != 3:
        raise ValueError("it has one channel; flow has three, the third unused")
    return values[..., :2]


READERS: dict[str, Callable[[Path], NDArray[np.generic]]] = {
    ".flo": _flo,
    ".png": _kitti,
    ".npy": _array,
    ".pfm": _pfm,
}
"""Readers of flow, by suffix."""


def find(folder: Path) -> list[PairSequence]:
    """The pairs below a folder, those of one sequence together. Raises ImportingError."""
    found: dict[str, list[FlowPair]] = {}
    for name, place in holding(folder, "*"):
        for form in FORMS:
            if pairs := list(form(place)):
                found.setdefault(_sequence(name), []).extend(pairs)
                break
    return [PairSequence(name, tuple(pairs)) for name, pairs in found.items()]


def _sequence(name: str) -> str:
    """Name of a sequence without the folder of its flow."""
    parts = [part for part in name.split("/") if part not in ("flow", "flow_occ")]
    return "/".join(parts) or name


def _of_sintel(folder: Path) -> Iterator[FlowPair]:
    """flow/SEQ/frame_0001.flo beside clean/SEQ, or final/SEQ."""
    root = folder.parent.parent
    if folder.parent.name != "flow":
        return
    for path in sorted(folder.glob("*_*.flo")):
        stem, _, digits = path.stem.rpartition("_")
        for kind in ("clean", "final"):
            after = f"{stem}_{int(digits) + 1:0{len(digits)}d}" if digits.isdigit() else ""
            first, second = (find_picture(root / kind / folder.name, name) for name in (path.stem, after))
            if first and second:
                hidden = find_picture(root / "occlusions" / folder.name, path.stem)
                yield FlowPair(path, (first, second), hidden)
                break


def _of_kitti(folder: Path) -> Iterator[FlowPair]:
    """flow_occ/N_10.png beside image_2/N_10.png and N_11.png, and flow_noc."""
    if folder.name != "flow_occ":
        return
    for path in sorted(folder.glob("*_10.png")):
        seen = folder.parent / "flow_noc" / path.name
        pictures = folder.parent / "image_2"
        first, second = pictures / path.name, pictures / path.name.replace("_10.", "_11.")
        yield FlowPair(path, (first, second), seen=seen if seen.is_file() else None)


def _of_chairs(folder: Path) -> Iterator[FlowPair]:
    """N_flow.flo beside N_img1 and N_img2."""
    for path in sorted(folder.glob("*_flow.flo")):
        stem = path.stem.removesuffix("_flow")
        first, second = find_picture(folder, f"{stem}_img1"), find_picture(folder, f"{stem}_img2")
        if first and second:
            yield FlowPair(path, (first, second))


def _of_middlebury(folder: Path) -> Iterator[FlowPair]:
    """flow10.flo beside frame10 and frame11."""
    first, second = find_picture(folder, "frame10"), find_picture(folder, "frame11")
    if (folder / "flow10.flo").is_file() and first and second:
        yield FlowPair(folder / "flow10.flo", (first, second))


def _of_two_pictures(folder: Path) -> Iterator[FlowPair]:
    """One file of flow in a folder of two pictures."""
    files = [path for suffix in (".flo", ".npy", ".pfm") for path in sorted(folder.glob(f"*{suffix}"))]
    if len(files) == 1:
        yield FlowPair(files[0], only_two(files[0]))


FORMS: tuple[Callable[[Path], Iterator[FlowPair]], ...] = (
    _of_sintel,
    _of_kitti,
    _of_chairs,
    _of_middlebury,
    _of_two_pictures,
)
"""The ways in which flow lies beside pictures; the first that fits a folder is taken."""
