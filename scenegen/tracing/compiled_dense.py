"""The arithmetic of `tracks` for all pixels of a picture, compiled: what `dense` does between the rays.

Statement for statement that of `tracks`, in float64, so that a traced pixel and the pixel of the layer agree.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import numpy as np

from scenegen.jit import compiled, inlined
from scenegen.lenses import MODELS, brown_shift, fisheye_shift
from scenegen.status import Status
from scenegen.tracing.packets import TILE_WIDTH
from scenegen.tracing.raycaster import MOST_SHIFT
from scenegen.tracing.tracks import BAND, MIN_COSINE, RELATIVE_TOLERANCE

VISIBLE, OCCLUDED, AMBIGUOUS = int(Status.VISIBLE), int(Status.OCCLUDED), int(Status.AMBIGUOUS)
NO_HIT, OUT_OF_VIEW, BEHIND = int(Status.NO_HIT), int(Status.OUT_OF_VIEW), int(Status.BEHIND_CAMERA)
BROWN = list(MODELS).index("brown")
_brown, _fisheye = compiled(brown_shift), compiled(fisheye_shift)
ROWS = 2
"""Rows of a tile of pixels."""


@compiled
def locate(across, down, T, instance, t, points, normals):
    """Of all pixels, turn corners (N, 3) and normals (N, 3) of the faces met into points and unit normals that face us.

    `across` and `down` (H, W) are X/Z and Y/Z of their rays. Where nothing was met they stay NaN.
    """
    width = across.shape[1]
    for row in range(len(t)):
        if not instance[row]:
            continue
        x, y = across[row // width, row % width], down[row // width, row % width]
        above, below, square = 0.0, 0.0, 0.0
        for axis in range(3):
            normal, direction = normals[row, axis], T[axis, 0] * x + T[axis, 1] * y + T[axis, 2]
            above += normal * (points[row, axis] - T[axis, 3])
            below += normal * direction
            square += normal * normal
        coarse, exact = np.float64(t[row]), above / below
        depth = np.float64(np.float32(exact if abs(exact - coarse) <= MOST_SHIFT * coarse else coarse))
        towards_us = -np.sign(below) / np.sqrt(square)
        for axis in range(3):
            normals[row, axis] *= towards_us
            points[row, axis] = T[axis, 0] * (x * depth) + T[axis, 1] * (y * depth) + T[axis, 2] * depth + T[axis, 3]


@compiled
def in_tiles(width, height):
    """(N,) the pixels of a picture in tiles of 4 x 2, so that a packet's rays run alike across and down."""
    order, count = np.empty(width * height, np.intp), 0
    for top in range(0, height, ROWS):
        for left in range(0, width, TILE_WIDTH):
            for y in range(top, min(top + ROWS, height)):
                for x in range(left, min(left + TILE_WIDTH, width)):
                    order[count] = y * width + x
                    count += 1
    return order


@compiled
def aim(points, instance, K, T, lens, width, height, order, status, rows, towards):
    """Write the status that projection into another view decides; rows and directions of the others; their number.

    `lens` are the place of its model in `lenses.MODELS` (-1: a pinhole), reach and coefficients. `status` (N,), `rows`
    (N,) and float32 `towards` (N, 3) are written, the rows as they come in `order`.
    """
    count = 0
    model, reach, coefficients = lens
    for row in order:
        if not instance[row]:
            status[row] = NO_HIT
            continue
        dx, dy, dz = points[row, 0] - T[0, 3], points[row, 1] - T[1, 3], points[row, 2] - T[2, 3]
        x = dx * T[0, 0] + dy * T[1, 0] + dz * T[2, 0]
        y = dx * T[0, 1] + dy * T[1, 1] + dz * T[2, 1]
        z = dx * T[0, 2] + dy * T[1, 2] + dz * T[2, 2]
        if not z > 0:
            status[row] = BEHIND
            continue
        u, v = (x * K[0, 0] + z * K[0, 2]) / z, (y * K[1, 1] + z * K[1, 2]) / z
        if model >= 0:
            du, dv = _shift(model, reach, coefficients, x / z, y / z)
            u, v = u + K[0, 0] * du, v + K[1, 1] * dv
        across, down = np.float32(u), np.float32(v)
        if not (-0.5 < across < width - 0.5 and -0.5 < down < height - 0.5):
            status[row] = OUT_OF_VIEW
            continue
        status[row], rows[count] = VISIBLE, row
        towards[count, 0], towards[count, 1], towards[count, 2] = dx, dy, dz
        count += 1
    return count


@compiled
def _shift(model, reach, c, x, y):
    """`lenses.shift` of one place."""
    if not x * x + y * y <= reach * reach:
        return np.nan, np.nan
    return _brown(x, y, c) if model == BROWN else _fisheye(x, y, c)


@compiled
def judge(points, normals, instance, eye, rows, met, t, status):
    """Write the status of points `rows` from the first hits, instance `met` and parameter t, of rays from `eye`."""
    for k in range(len(rows)):
        row = rows[k]
        distance, cosine = _incidence(points, normals, eye, row)
        tolerance = _tolerance(distance, cosine)
        gap = (1.0 - np.float64(t[k])) * distance
        if abs(gap) <= tolerance and met[k] == instance[row]:
            status[row] = VISIBLE if cosine < 0 else AMBIGUOUS
        else:
            status[row] = OCCLUDED if gap > BAND * tolerance else AMBIGUOUS


@compiled
def seen(status, order, rows):
    """Write which pixels any view sees by their status (N, V), as they come in `order`; their number."""
    count = 0
    for row in order:
        for view in range(status.shape[1]):
            if status[row, view] == VISIBLE:
                rows[count] = row
                count += 1
                break
    return count


@compiled
def look_back(points, normals, eye, rows, origins, directions):
    """Write the rays, float32 (M, 3) each, from just behind the points `rows` back to `eye`'s side of them."""
    for k in range(len(rows)):
        row = rows[k]
        distance, cosine = _incidence(points, normals, eye, row)
        share = _tolerance(distance, cosine) / distance
        for axis in range(3):
            step = (points[row, axis] - eye[axis]) * share
            origins[k, axis], directions[k, axis] = points[row, axis] + step, -step


@compiled
def call_doubled(instance, rows, met, t, status):
    """Make visible points `rows` ambiguous in all views (N, V) where the ray back met another surface first."""
    for k in range(len(rows)):
        row = rows[k]
        if met[k] and (met[k] != instance[row] or t[k] < np.float32(0.5)):
            for view in range(status.shape[1]):
                if status[row, view] == VISIBLE:
                    status[row, view] = AMBIGUOUS


@inlined
def _incidence(points, normals, eye, row):
    """Distance of a point from `eye`, and the cosine of the ray there with the normal."""
    square, along = 0.0, 0.0
    for axis in range(3):
        part = points[row, axis] - eye[axis]
        square += part * part
        along += normals[row, axis] * part
    distance = np.sqrt(square)
    return distance, along / distance


@inlined
def _tolerance(distance, cosine):
    """`tracks.tolerance_m`."""
    return RELATIVE_TOLERANCE * distance / max(abs(cosine), MIN_COSINE)
