"""The verdicts of `tracks` for all pixels of a picture, compiled, with the rays in the same visit.

Statement for statement that of `tracks`, in float64, so that a traced pixel and the pixel of the layer agree.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import numpy as np

from scenegen.jit import compiled, inlined
from scenegen.lenses import MODELS, brown_shift, fisheye_shift
from scenegen.status import Status
from scenegen.tracing.compiled_planes import write_world_planes
from scenegen.tracing.packets import DIRECTION, FAR, ORIGIN, TILE_WIDTH, ask, fresh, met
from scenegen.tracing.raycaster import MOST_SHIFT
from scenegen.tracing.tracks import BAND, MIN_COSINE, RELATIVE_TOLERANCE

VISIBLE, OCCLUDED, AMBIGUOUS = int(Status.VISIBLE), int(Status.OCCLUDED), int(Status.AMBIGUOUS)
NO_HIT, OUT_OF_VIEW, BEHIND = int(Status.NO_HIT), int(Status.OUT_OF_VIEW), int(Status.BEHIND_CAMERA)
BROWN = list(MODELS).index("brown")
_brown, _fisheye = compiled(brown_shift), compiled(fisheye_shift)
ROWS = 2
"""Rows of a tile of pixels."""
BLOCK = 256
"""Rays whose planes lie in the nearest caches together."""


@compiled
def locate(mesh, primitive, rays, across, down, T, t, points, normals):
    """Write the points (N, 3) that some `rays` of a picture met on a body, and unit normals (N, 3) that face the eye.

    `mesh`: vertices, faces, T_world_body and whether it is the identity. `across` and `down` (H, W) are X/Z and Y/Z of
    the rays of the pixels.
    """
    for start in range(0, len(rays), BLOCK):  # what is fetched from all over the mesh is not waited for one by one
        block = rays[start : start + BLOCK]
        write_world_planes(mesh[0], mesh[1], mesh[2], mesh[3], primitive, block, points, normals)
        _onto_rays(block, across, down, T, t, points, normals)


@compiled
def _onto_rays(rays, across, down, T, t, points, normals):
    """Turn corners and normals of faces into the points of `rays` on them, and unit normals."""
    width = np.uintp(across.shape[1])
    for each in rays:
        row = np.uintp(each)
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
def pixels_in_tiles(width, height):
    """(N,) the pixels of a picture in tiles of 4 x 2, so that a packet's rays run alike across and down."""
    order, count = np.empty(width * height, np.intp), 0
    for top in range(0, height, ROWS):
        for left in range(0, width, TILE_WIDTH):
            for y in range(top, min(top + ROWS, height)):
                for x in range(left, min(left + TILE_WIDTH, width)):
                    order[count] = y * width + x
                    count += 1
    return order


# A ray is made, traced with those of its packet, and judged in one visit: no array of rays, none of hits.


@compiled
def write_status(call, arguments, instances, points, normals, instance, camera, order, status):
    """Write the status (N,) of the points of a picture in another view, but for a second surface behind them.

    `camera`: K, T_world_cam, width, height, and of its lens the place of the model in `lenses.MODELS` (-1: a pinhole),
    reach and coefficients. Points come in `order`; those without `instance` are nothing.
    """
    K, T, width, height, lens = camera
    floats, numbers, valid, places = fresh(call, arguments)
    eye, rows, count = (T[0, 3], T[1, 3], T[2, 3]), np.empty(len(valid), np.uintp), 0
    for axis in range(3):
        floats[ORIGIN + axis] = np.float32(eye[axis])
    for each in order:
        row = np.uintp(each)
        if not instance[row]:
            status[row] = NO_HIT
            continue
        dx, dy, dz = points[row, 0] - eye[0], points[row, 1] - eye[1], points[row, 2] - eye[2]
        status[row] = _projected(K, T, width, height, lens, dx, dy, dz)
        if status[row] == VISIBLE:
            floats[DIRECTION, count], floats[DIRECTION + 1, count], floats[DIRECTION + 2, count] = dx, dy, dz
            rows[count] = row
            count += 1
        if count == len(valid):
            _judge(call, places, floats, numbers, valid, count, rows, instances, points, normals, instance, eye, status)
            count = 0
    _judge(call, places, floats, numbers, valid, count, rows, instances, points, normals, instance, eye, status)


@inlined
def _projected(K, T, width, height, lens, dx, dy, dz):
    """The status of a point that is so far from the eye, VISIBLE where projection leaves it open."""
    x = dx * T[0, 0] + dy * T[1, 0] + dz * T[2, 0]
    y = dx * T[0, 1] + dy * T[1, 1] + dz * T[2, 1]
    z = dx * T[0, 2] + dy * T[1, 2] + dz * T[2, 2]
    if not z > 0:
        return BEHIND
    u, v = (x * K[0, 0] + z * K[0, 2]) / z, (y * K[1, 1] + z * K[1, 2]) / z
    if lens[0] >= 0:
        du, dv = _shift(lens[0], lens[1], lens[2], x / z, y / z)
        u, v = u + K[0, 0] * du, v + K[1, 1] * dv
    across, down = np.float32(u), np.float32(v)
    inside = -0.5 < across < width - 0.5 and -0.5 < down < height - 0.5
    return VISIBLE if inside else OUT_OF_VIEW


@compiled
def _shift(model, reach, c, x, y):
    """`lenses.shift` of one place."""
    if not x * x + y * y <= reach * reach:
        return np.nan, np.nan
    return _brown(x, y, c) if model == BROWN else _fisheye(x, y, c)


@inlined
def _ask_first(call, places, floats, numbers, valid, count):
    """Trace the first `count` rays of a packet, however far they go."""
    for lane in range(len(valid)):
        valid[lane] = -1 if lane < count else 0
    ask(call, places, floats, numbers, np.float32(np.inf))


@inlined
def _judge(call, places, floats, numbers, valid, count, rows, instances, points, normals, instance, eye, status):
    """Trace the first `count` rays of a packet and judge the points `rows` by what they met."""
    _ask_first(call, places, floats, numbers, valid, count)
    for lane in range(count):
        row = rows[lane]
        distance, cosine = _incidence(points, normals, eye, row)
        tolerance = _tolerance(distance, cosine)
        gap = (1.0 - np.float64(floats[FAR, lane])) * distance
        if abs(gap) <= tolerance and met(numbers, lane, instances) == instance[row]:
            status[row] = VISIBLE if cosine < 0 else AMBIGUOUS
        else:
            status[row] = OCCLUDED if gap > BAND * tolerance else AMBIGUOUS


@compiled
def look_back(call, arguments, instances, points, normals, instance, eye, order, status):
    """Make points that any view sees ambiguous in all views (N, V) where another surface lies just behind them.

    Rays run from one tolerance behind a point back to `eye`'s side of it, and meet its own surface at 1.
    """
    floats, numbers, valid, places = fresh(call, arguments)
    rows, count = np.empty(len(valid), np.uintp), 0
    for each in order:
        row = np.uintp(each)
        if not _is_seen(status, row):
            continue
        distance, cosine = _incidence(points, normals, eye, row)
        if not distance > 0:  # the eye lies on a surface: there is no way back
            continue
        share = _tolerance(distance, cosine) / distance
        for axis in range(3):
            step = (points[row, axis] - eye[axis]) * share
            floats[ORIGIN + axis, count], floats[DIRECTION + axis, count] = points[row, axis] + step, -step
        rows[count] = row
        count += 1
        if count == len(valid):
            _call_doubled(call, places, floats, numbers, valid, count, rows, instances, instance, status)
            count = 0
    _call_doubled(call, places, floats, numbers, valid, count, rows, instances, instance, status)


@inlined
def _is_seen(status, row):
    """Whether any view sees a point."""
    seen = False
    for view in range(status.shape[1]):
        seen |= status[row, view] == VISIBLE
    return seen


@inlined
def _call_doubled(call, places, floats, numbers, valid, count, rows, instances, instance, status):
    """Trace the first `count` rays of a packet; what met another surface first is ambiguous where it was visible."""
    _ask_first(call, places, floats, numbers, valid, count)
    for lane in range(count):
        row, found = rows[lane], met(numbers, lane, instances)
        if found and (found != instance[row] or floats[FAR, lane] < np.float32(0.5)):
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
