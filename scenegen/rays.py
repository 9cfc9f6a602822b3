"""The rays of pictures: through pixels of cameras at their places, with whatever lens, and how wide they are.

A ray's parameter is the z-depth of its points, so directions have z = 1 in camera axes.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import UsageError
from scenegen.geometry import Array, Camera, View, pixel_directions, pixel_grid, rotate
from scenegen.lenses import WIDEST_DEG, Lens, shift, stretch


def view_rays(view: View, xy: Array) -> Array:
    """World directions (N, 3) float64 through pixels (N, 2); ray parameter = z-depth in metres.

    Raises UsageError where the camera's lens sees nothing there, or not one thing.
    """
    camera = view.camera
    return rotate(view.T_world_cam, _seen(camera, pixel_directions(camera.K, xy, camera.lens)))


def pixel_rays(view: View) -> NDArray[np.float32]:
    """(H * W, 3) float32 world directions through all pixel centres, row by row: `view_rays`, and raises as it does."""
    (x, y), R = pixel_plane(view.camera), view.T_world_cam[:3, :3]
    out = np.empty((view.camera.height, view.camera.width, 3), np.float32)
    for axis in range(3):
        np.add(R[axis, 0] * x, R[axis, 1] * y + R[axis, 2], out=out[..., axis], casting="same_kind")
    return out.reshape(-1, 3)


def pixel_plane(camera: Camera) -> tuple[Array, Array]:
    """X/Z and Y/Z of the rays through all pixel centres, as arrays that broadcast to (H, W).

    Raises UsageError where the camera's lens sees nothing at a pixel, or not one thing.
    """
    if camera.lens.bends:
        return _plane(camera.width, camera.height, camera.K.tobytes(), camera.lens)
    K = camera.K
    return (np.arange(camera.width) - K[0, 2]) / K[0, 0], ((np.arange(camera.height) - K[1, 2]) / K[1, 1])[:, None]


@lru_cache(maxsize=4)
def _plane(width: int, height: int, K: bytes, lens: Lens) -> tuple[Array, Array]:
    """`pixel_plane` of a lens that bends rays; not to be written to."""
    camera = Camera(width, height, np.frombuffer(K).reshape(3, 3), lens)
    found = _seen(camera, pixel_directions(camera.K, pixel_grid(width, height), lens)).T[:2]
    planes = np.ascontiguousarray(found).reshape(2, height, width)
    planes.flags.writeable = False
    return planes[0], planes[1]


def spreads(camera: Camera, x: Array, y: Array) -> Array:
    """(1,) or (N,) widths of a pixel's footprint, facing the ray, per unit of the parameter of rays (x, y, 1).

    1 / focal length of a pinhole, in the middle as at the rims. A lens spreads it by what it shrinks areas, and less
    where it makes the ray steeper than the pinhole's through the same pixel.
    """
    middle = 1 / camera.f_px
    if not camera.lens.bends:
        return np.array([middle])
    across, down = shift(camera.lens, x, y)
    steeper = (1 + x * x + y * y) / (1 + (x + across) ** 2 + (y + down) ** 2)
    return np.ravel(middle / np.sqrt(np.sqrt(steeper) * stretch(camera.lens, x, y)[1]))


def bundle(view: View, xy: Array) -> tuple[NDArray[np.float32], Array]:
    """`view_rays` of pixels (N, 2), float32, and their `spreads`. Raises as `view_rays`."""
    camera = view.camera
    rays = _seen(camera, pixel_directions(camera.K, xy, camera.lens))
    return rotate(view.T_world_cam, rays).astype(np.float32), spreads(camera, rays[..., 0], rays[..., 1])


def pixel_widths(K: Array, lens: Lens, xy: Array) -> Array:
    """(N,) pixels to which a unit of X/Z grows at pixels (N, 2), along the direction in which it grows least."""
    rays = pixel_directions(K, xy, lens)
    return K[0, 0] * stretch(lens, rays[..., 0], rays[..., 1])[0]


def is_seen(K: Array, lens: Lens, width: int, height: int) -> bool:
    """Whether a lens maps one to one all that a picture of this size shows, and that is less than WIDEST_DEG off axis.

    Its outline is: within the reach of a lens no two places fall on one, so what the outline surrounds is seen as well.
    """
    x, y = np.arange(width + 1) - 0.5, np.arange(height + 1) - 0.5
    sides = [np.stack(np.broadcast_arrays(a, b), -1) for a, b in ((x, y[0]), (x, y[-1]), (x[0], y), (x[-1], y))]
    return bool(_is_narrow(pixel_directions(K, np.concatenate(sides), lens)).all()) or not lens.bends


def _is_narrow(directions: Array) -> NDArray[np.bool_]:
    """(N,) whether directions (N, 3) with z = 1 are known, and within WIDEST_DEG of the axis."""
    return np.hypot(directions[..., 0], directions[..., 1]) <= np.tan(np.deg2rad(WIDEST_DEG))


def _seen(camera: Camera, directions: Array) -> Array:
    """The directions themselves. Raises UsageError."""
    if camera.lens.bends and not _is_narrow(directions).all():
        raise UsageError(unseen(camera.lens, camera.width, camera.height, camera.f_px))
    return directions


def unseen(lens: Lens, width: int, height: int, f_px: float) -> str:
    """What is wrong with a lens that `is_seen` refuses, in one line."""
    return (
        f"lens {lens}: at {width}x{height} and a focal length of {f_px:g} px the picture is folded over, or reaches "
        f"{WIDEST_DEG:g} degrees from the axis: choose smaller coefficients, or a longer focal length"
    )
