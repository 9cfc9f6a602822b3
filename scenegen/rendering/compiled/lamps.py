"""Shadows of lamps: `scenegen.rendering.shadows`, with the rays in the same visit.

`places` (N, 6) are those of `surfels.Elements`, `strength` (N,) is a lamp's row of its shares.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import numpy as np

from scenegen.jit import compiled, inlined
from scenegen.rendering.compiled.rows import POINT, SIDE
from scenegen.rendering.shading import SHADOW_OFFSET, SHADOW_REACH
from scenegen.rendering.shadows import DARK, LIT, STEPS
from scenegen.tracing.packets import DIRECTION, FAR, ask, fresh

_OFFSET, _REACH = np.float32(SHADOW_OFFSET), np.float32(SHADOW_REACH)
BLOCK_PX = 16
"""Side of the blocks in which pixels are asked: one in four each way is a packet."""


@compiled
def settle(call, arguments, places, ts, position, asked, count, state):
    """Cast shadow rays to the elements `asked[:count]`, from the lamp to just above the surface: LIT or DARK."""
    floats, numbers, valid, addresses = fresh(call, arguments)
    lanes = len(valid)
    for axis in range(3):
        floats[axis] = position[axis]
    for start in range(0, count, lanes):
        for lane in range(lanes):
            number = np.uintp(asked[min(start + lane, count - 1)])
            valid[lane] = -1 if start + lane < count else 0
            x = places[number, POINT] - position[0]
            y = places[number, POINT + 1] - position[1]
            z = places[number, POINT + 2] - position[2]
            lift = (np.sqrt(x * x + y * y + z * z) + ts[number]) * _OFFSET
            floats[DIRECTION, lane] = x + places[number, SIDE] * lift
            floats[DIRECTION + 1, lane] = y + places[number, SIDE + 1] * lift
            floats[DIRECTION + 2, lane] = z + places[number, SIDE + 2] * lift
        ask(call, addresses, floats, numbers, _REACH)
        for lane in range(min(lanes, count - start)):
            state[asked[start + lane]] = DARK if floats[FAR, lane] < 0 else LIT


@compiled
def shadow_by_plan(call, arguments, places, ts, position, follows, shape, strength):
    """Set the strength (H W,) of a lamp to 0 where it is in shadow, as `shadows.surveyed_strength` does.

    The number of rays that were cast.
    """
    state, asked = np.zeros(len(strength), np.uint8), np.empty(len(strength), np.int32)
    total = count = _leading(shape, strength, follows, asked)
    settle(call, arguments, places, ts, position, asked, count, state)
    for step in STEPS:
        count = 0
        for kind in range(1, 4):
            count = _taken_over(kind, step, shape, strength, follows, state, asked, count)
        settle(call, arguments, places, ts, position, asked, count, state)
        total += count
    _darken(strength, state)
    return total


@compiled
def _darken(strength, state):
    """Set the strength (N,) of a lamp to 0 where the state says so."""
    for number in range(len(strength)):
        if state[number] == DARK:
            strength[number] = 0


@compiled
def _leading(shape, strength, follows, asked):
    """List the pixels that need a ray of their own, block by block, so that those of a packet are neighbours."""
    count = 0
    for top in range(0, shape[0], BLOCK_PX):
        for left in range(0, shape[1], BLOCK_PX):
            for y in range(top, min(top + BLOCK_PX, shape[0])):
                for number in range(y * shape[1] + left, y * shape[1] + min(left + BLOCK_PX, shape[1])):
                    if strength[number] > 0 and not follows[number]:
                        asked[count] = number
                        count += 1
    return count


@compiled
def _taken_over(kind, step, shape, strength, follows, state, asked, count):
    """Settle pixels of a kind (`_between`) as their neighbours agree; the others are appended to `asked`."""
    across, down, end_x, end_y = _between(kind, step, shape)
    for y in range(down, end_y, 2 * step):
        above, below = (y - down) * shape[1], (y + down) * shape[1]
        for x in range(across, end_x, 2 * step):
            number = y * shape[1] + x
            if strength[number] > 0 and follows[number]:
                if _agree(state, above + x, below + x, across):
                    state[number] = state[above + x - across]
                if not state[number]:
                    asked[count] = number
                    count += 1
    return count


@inlined
def _between(kind, step, shape):
    """Pixels on a grid of `step` between those of even place: 1 in a row, 2 in a column, 3 in the middle of four.

    How far their neighbours are across and down, and the ends of x and y below which they have them all.
    """
    across, down = step * (kind & 1), step * (kind >> 1)
    return across, down, shape[1] - across, shape[0] - down


@inlined
def _agree(values, above, below, across):
    """Whether the neighbours of a pixel, `across` to both sides of the places above and below it, have one value."""
    first = values[above - across]
    same = first == values[above + across] and first == values[below - across]
    return same and first == values[below + across]


@compiled
def cast(call, arguments, places, ts, position, lit, dark, bit, strength):
    """Set the strength (N,) of a lamp to 0 in shadow; where a bit says `lit` or `dark`, no ray is cast.

    The number of rays that were cast.
    """
    state, asked, count = np.zeros(len(places), np.uint8), np.empty(len(places), np.int32), 0
    for number in range(len(places)):
        if strength[number] > 0:
            if dark[number] & bit:
                state[number] = DARK
            elif not lit[number] & bit:
                asked[count] = number
                count += 1
    settle(call, arguments, places, ts, position, asked, count, state)
    _darken(strength, state)
    return count


@compiled
def following(label, bent, shape, out):
    """Where a pixel may take over its neighbours' shadows: `shadows.plan_shadows`."""
    out[:] = False
    for step in STEPS:
        for kind in range(1, 4):
            across, down, end_x, end_y = _between(kind, step, shape)
            for y in range(down, end_y, 2 * step):
                above, below = (y - down) * shape[1], (y + down) * shape[1]
                for x in range(across, end_x, 2 * step):
                    number = y * shape[1] + x
                    same = label[number] == label[above + x - across] and _agree(label, above + x, below + x, across)
                    out[number] |= same and not bent[number]
