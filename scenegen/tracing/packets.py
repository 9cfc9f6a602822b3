"""Rays in packets, traced by Embree from compiled code: pixels in tiles, and rays of any kind.

Kernels by Numba. How a world is asked, `call`, is four numbers: the address of a function, those of two scenes asked
one after the other (0: none), and the lanes of a packet, so that what is compiled can be kept for other processes and
processors. A packet is RTCRayHit4, 8 or 16 of embree4/rtcore_ray.h: columns of as many numbers of 4 bytes each.
"""

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
_ORIGIN, _DIRECTION, FAR, _MASK = 0, 4, 8, 9
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
def fresh(call: Any) -> Any:
    """A packet (21, lanes) as floats, the same as whole numbers, and which of its rays count: (lanes,) int32."""
    _, _, _, lanes = call
    room = np.zeros(4 * lanes * (_COLUMNS + 1) + _ALIGNED, np.uint8)
    start = -room.ctypes.data % _ALIGNED
    words = room[start : start + 4 * lanes * (_COLUMNS + 1)].view(np.uint32)
    numbers = words[: _COLUMNS * lanes].reshape(_COLUMNS, lanes)
    numbers[_MASK] = _NONE
    return numbers.view(np.float32), numbers, words[_COLUMNS * lanes :].view(np.int32)


@compiled
def pixel_hits(call, arguments, instances, K, T, size, hits):
    """First hits of all pixel centres of a view, row by row: `hits` as `_take` writes them."""
    width, height = size
    floats, numbers, valid = fresh(call)
    lanes = len(valid)
    for axis in range(3):
        floats[_ORIGIN + axis] = np.float32(T[axis, 3])
    for top in range(0, height, lanes // TILE_WIDTH):
        for left in range(0, width, TILE_WIDTH):
            for lane in range(lanes):
                column, row = left + lane % TILE_WIDTH, top + lane // TILE_WIDTH
                valid[lane] = -1 if column < width and row < height else 0
                x, y = (column - K[0, 2]) / K[0, 0], (row - K[1, 2]) / K[1, 1]
                for axis in range(3):
                    floats[_DIRECTION + axis, lane] = np.float32(T[axis, 0] * x + (T[axis, 1] * y + T[axis, 2]))
            ask(call, arguments, floats, numbers, valid, np.float32(np.inf))
            for lane in range(lanes):
                if valid[lane]:
                    at = (top + lane // TILE_WIDTH) * width + left + lane % TILE_WIDTH
                    _take(floats, numbers, lane, instances, at, hits)


@compiled
def ray_hits(call, arguments, instances, origins, directions, hits):
    """First hits of R rays, of which all share an origin (1, 3) or each has its own."""
    floats, numbers, valid = fresh(call)
    lanes = len(valid)
    for start in range(0, len(directions), lanes):
        _load(floats, valid, origins, directions, start)
        ask(call, arguments, floats, numbers, valid, np.float32(np.inf))
        for lane in range(min(lanes, len(directions) - start)):
            _take(floats, numbers, lane, instances, start + lane, hits)


@compiled
def rays_blocked(call, arguments, origins, directions, far, out):
    """Whether anything lies at 0 < t < far along each of R rays; origins as in `ray_hits`."""
    floats, numbers, valid = fresh(call)
    lanes = len(valid)
    for start in range(0, len(directions), lanes):
        _load(floats, valid, origins, directions, start)
        ask(call, arguments, floats, numbers, valid, far)
        for lane in range(min(lanes, len(directions) - start)):
            out[start + lane] = floats[FAR, lane] < 0  # Embree's answer for a blocked ray is -infinity


@inlined
def ask(call, arguments, floats, numbers, valid, far):
    """Trace a packet up to `far`, in the second scene up to what was met in the first."""
    function, first, second, _ = call
    floats[FAR] = far
    numbers[_GEOMETRY], numbers[_INSTANCE] = _NONE, _NONE
    if first:
        _call(function, valid.ctypes.data, first, numbers.ctypes.data, arguments.ctypes.data)  # pyright: ignore[reportCallIssue]
    if second:
        _call(function, valid.ctypes.data, second, numbers.ctypes.data, arguments.ctypes.data)  # pyright: ignore[reportCallIssue]


@inlined
def set_ray(floats, lane, x, y, z):
    """Set the direction of one ray of a packet."""
    floats[_DIRECTION, lane], floats[_DIRECTION + 1, lane], floats[_DIRECTION + 2, lane] = x, y, z


@inlined
def _load(floats, valid, origins, directions, start):
    """Fill a packet with the rays from `start` on; lanes without a ray repeat the last one and do not count."""
    shared, left = len(origins) == 1, len(directions) - start
    for lane in range(len(valid)):
        valid[lane] = -1 if lane < left else 0
        row = start + min(lane, left - 1)
        for axis in range(3):
            floats[_ORIGIN + axis, lane] = origins[0 if shared else row, axis]
            floats[_DIRECTION + axis, lane] = directions[row, axis]


@inlined
def _take(floats, numbers, lane, instances, at, hits):
    """Write what one ray of a packet met to place `at` of the columns of `Hits`; the last instance has no number."""
    instance, primitive, u, v, t = hits
    if numbers[_GEOMETRY, lane] == _NONE:
        instance[at], primitive[at], u[at], v[at], t[at] = 0, -1, 0, 0, np.inf
    else:
        number = min(numbers[_INSTANCE, lane], len(instances) - 1)
        instance[at], primitive[at] = instances[number], np.int32(numbers[_PRIMITIVE, lane])
        u[at], v[at], t[at] = floats[_U, lane], floats[_V, lane], floats[FAR, lane]
