"""Cameras, their pixels, and rigid motions: pure functions of arrays.

Conventions (DESIGN): world right-handed with +Z up, metres; camera axes x right, y down, z forward
(OpenCV); `T_world_cam` takes camera points to the world; pixels are `(x, y)` with the centre of the
top-left pixel at (0.0, 0.0); depth is z-depth in metres, through every lens. A lens moves (x/z, y/z), K makes pixels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.errors import UsageError, typed
from scenegen.lenses import PINHOLE, Lens, shift, straighten

Array = NDArray[np.float64]
_EYE3 = np.eye(3)


@dataclass(frozen=True)
class Camera:
    """A camera: image size in pixels, intrinsics, and lens; a pinhole where none is named."""

    width: int
    height: int
    K: Array
    """(3, 3) float64 intrinsics, skew-free."""
    lens: Lens = PINHOLE

    @property
    def f_px(self) -> float:
        """Focal length along x in pixels."""
        return float(self.K[0, 0])


@dataclass(frozen=True)
class View:
    """A camera at its place: what one picture of a sample is taken with."""

    camera: Camera
    T_world_cam: Array
    """(4, 4) float64 rigid transform, camera to world."""

    @property
    def position(self) -> Array:
        """(3,) centre of projection in the world, metres."""
        return self.T_world_cam[:3, 3]

    @property
    def forward(self) -> Array:
        """(3,) unit viewing direction in the world."""
        return self.T_world_cam[:3, 2]


@dataclass(frozen=True)
class Scaling:
    """The way between a picture and a resized one.

    Pixels keep their area, so half a pixel goes with each scaling: a pixel x, whose area is [x - 1/2, x + 1/2], is at
    (x + 1/2) f - 1/2 of the other, and corners stay corners.
    """

    factor: Array
    """(2,) pixels of the resized picture per pixel of the original, in x and y."""

    def forth(self, xy: Array) -> Array:
        """Places (..., 2) of the original in the resized picture."""
        return (xy + 0.5) * self.factor - 0.5

    def back(self, xy: Array) -> Array:
        """Places (..., 2) of the resized picture in the original; the inverse of `forth`."""
        return (xy + 0.5) / self.factor - 0.5

    def intrinsics(self, K: Array) -> Array:
        """(3, 3) the original's intrinsics for the resized picture."""
        scaled = K.copy()
        scaled[:2, :2] *= self.factor[:, None]
        scaled[:2, 2] = self.forth(K[:2, 2])
        return scaled

    @property
    def matrix(self) -> Array:
        """`forth` as (3, 3), for homographies."""
        (x, y), half = self.factor, self.factor / 2 - 0.5
        return np.array([[x, 0, half[0]], [0, y, half[1]], [0, 0, 1]])


@typed(UsageError)
def pinhole(width: int, height: int, f_px: float, lens: Lens = PINHOLE) -> Camera:
    """Camera with square pixels and its principal point at ((W-1)/2, (H-1)/2), behind a lens if one is named.

    Raises UsageError for arguments of another kind.
    """
    K = np.array([[f_px, 0, (width - 1) / 2], [0, f_px, (height - 1) / 2], [0, 0, 1.0]])
    return Camera(width, height, K, lens)


def shaped(name: str, values: ArrayLike, *shape: int | str) -> Array:
    """The values as float64 of a shape, whose lengths are numbers, or names of what may be any: "N", 3.

    Raises UsageError that names them, in one line.
    """
    asked = f"must be ({', '.join(map(str, shape))}) numbers".replace("(3)", "(3,)") if shape else "must be a number"
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError, RuntimeError):  # words, rows of several lengths, tensors that are elsewhere
        raise UsageError(f"{name}: {asked}, in rows of one length" if shape else f"{name}: {asked}") from None
    if len(shape) != array.ndim or any(n not in (m, str(n)) for n, m in zip(shape, array.shape, strict=True)):
        raise UsageError(f"{name} of shape {array.shape}: {asked}")
    return array


def transform(T: Array, points: ArrayLike) -> Array:
    """Apply a (4, 4) affine `T_to_from` to (..., 3) points; float64."""
    p = np.asarray(points, np.float64)
    # one product of two matrices: NumPy would multiply a stack of small ones one by one
    return (p.reshape(-1, 3) @ T[:3, :3].T + T[:3, 3]).reshape(p.shape)


def rotate(T: Array, directions: ArrayLike) -> Array:
    """Apply only the linear part of `T_to_from` to (..., 3) directions; float64."""
    return np.asarray(directions, np.float64) @ T[:3, :3].T


def inverse(T: Array) -> Array:
    """Inverse of an affine (4, 4) transform."""
    out = np.eye(4)
    out[:3, :3] = np.linalg.inv(T[:3, :3])
    out[:3, 3] = -out[:3, :3] @ T[:3, 3]
    return out


def compose(rotation: ArrayLike = _EYE3, translation: ArrayLike = (0, 0, 0), scale: float = 1.0) -> Array:
    """(4, 4) similarity: scale, then rotate, then translate. Raises UsageError for arrays of another shape."""
    out = np.eye(4)
    out[:3, :3] = shaped("rotation", rotation, 3, 3) * shaped("scale", scale)
    out[:3, 3] = shaped("translation", translation, 3)
    return out


def normalize(vectors: ArrayLike) -> Array:
    """Unit vectors along the last axis; zero vectors stay zero."""
    v = np.asarray(vectors, np.float64)
    length = lengths(v)[..., None]
    return np.divide(v, length, out=np.zeros_like(v), where=length > 0)


def lengths(vectors: Array) -> Array:
    """Lengths (...) of vectors (..., 3): `np.linalg.norm` bit for bit, which takes three times as long on few rows."""
    return np.sqrt(np.add.reduce(vectors * vectors, axis=-1))


_TURN, _BACK = [1, 2, 0], [2, 0, 1]


def cross(a: Array, b: Array) -> Array:
    """Cross products along the last axis: `np.cross` bit for bit, which takes five times as long on few rows.

    The memory of the answer may be laid out otherwise, and sums over it be rounded otherwise.
    """
    return a[..., _TURN] * b[..., _BACK] - a[..., _BACK] * b[..., _TURN]


def project(K: Array, T_world_cam: Array, points_world: ArrayLike, lens: Lens = PINHOLE) -> tuple[Array, Array]:
    """World points (N, 3) to pixels (N, 2) and z-depth (N,) in metres.

    Pixels are NaN where the z-depth is not positive, or the point lies beyond the reach of the lens.
    """
    cam = (np.asarray(points_world, np.float64) - T_world_cam[:3, 3]) @ T_world_cam[:3, :3]
    z = cam[..., 2]
    front = z > 0
    safe = np.where(front, z, np.nan)
    xy = (cam @ K.T)[..., :2] / safe[..., None]
    if lens.bends:
        moved = shift(lens, *np.moveaxis(cam[..., :2] / safe[..., None], -1, 0))
        xy += np.stack(moved, -1) * (K[0, 0], K[1, 1])
    return xy, z


def unproject(K: Array, T_world_cam: Array, xy: ArrayLike, depth_m: ArrayLike, lens: Lens = PINHOLE) -> Array:
    """Pixels (N, 2) and z-depth (N,) to world points (N, 3); inverse of `project`."""
    rays = pixel_directions(K, np.asarray(xy, np.float64), lens) * np.asarray(depth_m, np.float64)[..., None]
    return transform(T_world_cam, rays)


def pixel_directions(K: Array, xy: Array, lens: Lens = PINHOLE) -> Array:
    """Camera-frame directions (N, 3) through pixels (N, 2), with z = 1: ray parameter = z-depth.

    NaN where the lens maps no direction to a pixel.
    """
    x = (xy[..., 0] - K[0, 2]) / K[0, 0]
    y = (xy[..., 1] - K[1, 2]) / K[1, 1]
    x, y = straighten(lens, x, y)
    return np.stack([x, y, np.ones_like(x)], axis=-1)


def pixel_grid(width: int, height: int) -> Array:
    """Centres of all pixels, (H * W, 2) float64, row by row."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    return np.stack([x.ravel(), y.ravel()], axis=-1)


def choose_pixels(width: int, height: int, cell: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint16]:
    """One uniformly random pixel in each whole cell of (width, height) pixels: (R, 2) uint16, row by row."""
    columns, rows = width // cell[0], height // cell[1]
    corner = pixel_grid(columns, rows).astype(np.int64) * cell
    return (corner + rng.integers(0, cell, size=(columns * rows, 2))).astype(np.uint16)


def look_at(position: ArrayLike, target: ArrayLike, roll_rad: float = 0.0) -> Array:
    """`T_world_cam` at `position` looking at `target`, image up along +Z, then rolled clockwise.

    Raises UsageError where the two points coincide, or are none.
    """
    forward = shaped("target", target, 3) - shaped("position", position, 3)
    if not 1e-9 <= np.linalg.norm(forward) < np.inf:
        raise UsageError("position and target: must be finite, and two points")
    z = normalize(forward)
    up = np.array([0.0, 0.0, 1.0]) if abs(z[2]) < 0.9999 else np.array([0.0, 1.0, 0.0])
    x = normalize(cross(z, up))
    y = cross(z, x)
    roll = shaped("roll_rad", roll_rad)
    cos, sin = np.cos(roll), np.sin(roll)
    rotation = np.stack([x, y, z], axis=1) @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
    return compose(rotation, position)


def rotation_about(axis: ArrayLike, angle_rad: float) -> Array:
    """(3, 3) rotation about a non-zero axis (Rodrigues)."""
    return rotations_about(axis, np.array([angle_rad]))[0]


def rotations_about(axis: ArrayLike, angles_rad: Array) -> Array:
    """(N, 3, 3) rotations about one axis."""
    k, angles = normalize(axis), angles_rad[:, None, None]
    K = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    return _EYE3 + np.sin(angles) * K + (1 - np.cos(angles)) * (K @ K)


def rotation_between(source: ArrayLike, target: ArrayLike) -> Array:
    """(3, 3) smallest rotation that takes direction `source` to direction `target`."""
    a, b = normalize(source), normalize(target)
    axis, cos = np.cross(a, b), float(np.clip(a @ b, -1, 1))
    if np.linalg.norm(axis) < 1e-12:
        helper = np.eye(3)[int(np.argmin(np.abs(a)))]
        return np.eye(3) if cos > 0 else rotation_about(np.cross(a, helper), np.pi)
    return rotation_about(axis, float(np.arccos(cos)))


def quaternion_rotation(q: ArrayLike) -> Array:
    """(3, 3) rotation of a quaternion (w, x, y, z); normalised here.

    Four standard normals give a uniform rotation on SO(3) (Shoemake 1992).
    """
    w, x, y, z = normalize(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def angle_between(a: ArrayLike, b: ArrayLike) -> float:
    """Angle in radians between two directions."""
    return float(np.arccos(np.clip(normalize(a) @ normalize(b), -1.0, 1.0)))
