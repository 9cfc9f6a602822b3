"""Rays in packets, traced by Embree from compiled code: pixels in tiles, and rays of any kind.

Kernels by Numba. How a world is asked, `call`, is four numbers: the address of a function, those of two scenes asked
one after the other (0: none), and the lanes of a packet, so that what is compiled can be kept for other processes and
processors. A packet is RTCRayHit4, 8 or 16 of embree4/rtcore_ray.h: columns of as many numbers of 4 bytes each.
"""

# Hits are written a packet at a time, not a ray: arrays that are handed on are counted for the collector, which costs a
# third as much as tracing a ray.
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from scenegen.jit import compiled, inlined

TILE_WIDTH = 4
"""Pixels in a row of a packet's tile: 4 x 4, 4 x 2 or 4 x 1."""
ORIGIN, DIRECTION, FAR, _MASK = 0, 4, 8, 9
_U, _V, _PRIMITIVE, _GEOMETRY, _INSTANCE, _COLUMNS = 15, 16, 17, 18, 19, 21
"""Columns of a packet. Not named: tnear (3), time (7), id (10), flags (11), normal (12-14), instance primitive (20)."""
_NONE = np.uint32(0xFFFFFFFF)
_ALIGNED = 64
_COHERENT = 1 << 16
_ALL_FEATURES = 0xFFFFFFFF


def options(coherent: bool) -> NDArray[np.uint32]:
    """RTCIntersectArguments or RTCOccludedArguments: flags and features, then no context, filter or function."""
    return np.array([_COHERENT if coherent else 0, _ALL_FEATURES, *[0] * 8], np.uint32)


@intrinsic
def _call(typing: Any, function: Any, valid: Any, scene: Any, packet: Any, arguments: Any) -> Any:
    """Call a C function of four pointers, everything given as addresses."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer] * 4)
        target = builder.inttoptr(values[0], kind.as_pointer())
        builder.call(target, [builder.inttoptr(value, pointer) for value in values[1:]])
        return context.get_dummy_value()

    return types.void(*[types.intp] * 5), generate


@compiled
def fresh(call: Any, arguments: Any) -> Any:
    """A packet (21, lanes) as floats, the same as whole numbers, which of its rays count: (lanes,) int32; and `ask`'s.

    The last, the addresses of what is handed over, hold as long as the arrays are used.
    """
    _, _, _, lanes = call
    room = np.zeros(4 * lanes * (_COLUMNS + 1) + _ALIGNED, np.uint8)
    start = -room.ctypes.data % _ALIGNED
    words = room[start : start + 4 * lanes * (_COLUMNS + 1)].view(np.uint32)
    numbers = words[: _COLUMNS * lanes].reshape(_COLUMNS, lanes)
    numbers[_MASK] = _NONE
    valid = words[_COLUMNS * lanes :].view(np.int32)
    places = valid.ctypes.data, numbers.ctypes.data, arguments.ctypes.data
    return numbers.view(np.float32), numbers, valid, places


@compiled
def write_pixel_hits(call, arguments, instances, K, T, size, hits):
    """First hits of all pixel centres of a view, row by row: `hits` as `_take` writes them."""
    width, height = size
    floats, numbers, valid, places = fresh(call, arguments)
    rows, at = len(valid) // TILE_WIDTH, np.empty(len(valid), np.int64)
    across, down = _parts_of_rays(K, T, width, height)
    for axis in range(3):
        floats[ORIGIN + axis] = np.float32(T[axis, 3])
    for top in range(0, height, rows):
        for left in range(0, width, TILE_WIDTH):
            for row in range(rows):
                for column in range(TILE_WIDTH):
                    lane = row * TILE_WIDTH + column
                    for axis in range(3):
                        part = across[axis, left + column] + down[axis, top + row]
                        floats[DIRECTION + axis, lane] = np.float32(part)
                    valid[lane] = -1 if left + column < width and top + row < height else 0
                    at[lane] = (top + row) * width + left + column
            ask(call, places, floats, numbers, np.float32(np.inf))
            _take(floats, numbers, valid, at, instances, hits)


@compiled
def picture_hits(call, arguments, instances, eye, directions, size, hits):
    """The same of a lens that bends rays: through the pixel centres from `eye` (3,) along `directions` (H W, 3)."""
    width, height = size
    floats, numbers, valid, places = fresh(call, arguments)
    rows, at = len(valid) // TILE_WIDTH, np.empty(len(valid), np.int64)
    for axis in range(3):
        floats[ORIGIN + axis] = np.float32(eye[axis])
    for top in range(0, height, rows):
        for left in range(0, width, TILE_WIDTH):
            for lane in range(len(valid)):
                x, y = left + lane % TILE_WIDTH, top + lane // TILE_WIDTH
                valid[lane] = -1 if x < width and y < height else 0
                at[lane] = min(y, height - 1) * width + min(x, width - 1)
                for axis in range(3):
                    floats[DIRECTION + axis, lane] = directions[at[lane], axis]
            ask(call, places, floats, numbers, np.float32(np.inf))
            _take(floats, numbers, valid, at, instances, hits)


@compiled
def _parts_of_rays(K, T, width, height):
    """What the column and what the row of a pixel give to its direction: (3, width) and (3, height), a tile more."""
    across, down = np.empty((3, width + TILE_WIDTH)), np.empty((3, height + TILE_WIDTH))
    for axis in range(3):
        for column in range(width + TILE_WIDTH):
            across[axis, column] = T[axis, 0] * ((column - K[0, 2]) / K[0, 0])
        for row in range(height + TILE_WIDTH):
            down[axis, row] = T[axis, 1] * ((row - K[1, 2]) / K[1, 1]) + T[axis, 2]
    return across, down


@compiled
def ray_hits(call, arguments, instances, origins, directions, hits):
    """First hits of R rays, of which all share an origin (1, 3) or each has its own."""
    floats, numbers, valid, places = fresh(call, arguments)
    lanes = np.arange(len(valid))
    for start in range(0, len(directions), len(lanes)):
        _load(floats, valid, origins, directions, start)
        ask(call, places, floats, numbers, np.float32(np.inf))
        _take(floats, numbers, valid, lanes + start, instances, hits)


@compiled
def rays_blocked(call, arguments, origins, directions, far, out):
    """Whether anything lies at 0 < t < far along each of R rays; origins as in `ray_hits`."""
    floats, numbers, valid, places = fresh(call, arguments)
    lanes = len(valid)
    for start in range(0, len(directions), lanes):
        _load(floats, valid, origins, directions, start)
        ask(call, places, floats, numbers, far)
        for lane in range(min(lanes, len(directions) - start)):
            out[start + lane] = floats[FAR, lane] < 0  # Embree's answer for a blocked ray is -infinity


@inlined
def ask(call, places, floats, numbers, far):
    """Trace a packet up to `far`, in the second scene up to what was met in the first."""
    function, first, second, lanes = call
    valid, packet, arguments = places
    for lane in range(lanes):
        floats[FAR, lane] = far
        numbers[_GEOMETRY, lane] = _NONE
        numbers[_INSTANCE, lane] = _NONE
    if first:
        _call(function, valid, first, packet, arguments)  # pyright: ignore[reportCallIssue]
    if second:
        _call(function, valid, second, packet, arguments)  # pyright: ignore[reportCallIssue]


@inlined
def _load(floats, valid, origins, directions, start):
    """Fill a packet with the rays from `start` on; lanes without a ray repeat the last one and do not count."""
    shared, left = len(origins) == 1, len(directions) - start
    for lane in range(len(valid)):
        valid[lane] = -1 if lane < left else 0
        row = start + min(lane, left - 1)
        for axis in range(3):
            floats[ORIGIN + axis, lane] = origins[0 if shared else row, axis]
            floats[DIRECTION + axis, lane] = directions[row, axis]


@inlined
def met(numbers, lane, instances):
    """Number of the body that a ray of a packet met, 0 where there is none.

    A body without a number of its own is the last of `instances`.
    """
    if numbers[_GEOMETRY, lane] == _NONE:
        return np.uint16(0)
    return instances[min(numbers[_INSTANCE, lane], len(instances) - 1)]


@compiled
def _take(floats, numbers, valid, at, instances, hits):
    """Write what the rays of a packet met to places `at` (lanes,) of the columns of `Hits`."""
    instance, primitive, u, v, t = hits
    for lane in range(len(valid)):
        if not valid[lane]:
            continue
        place = np.uintp(at[lane])
        if numbers[_GEOMETRY, lane] == _NONE:
            instance[place], primitive[place], u[place], v[place], t[place] = 0, -1, 0, 0, np.inf
        else:
            instance[place] = met(numbers, lane, instances)
            primitive[place] = np.int32(numbers[_PRIMITIVE, lane])
            u[place], v[place], t[place] = floats[_U, lane], floats[_V, lane], floats[FAR, lane]
