"""Writing desks and the drawers below table tops; the frame of builders is that of `roles`."""

import numpy as np

from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.fronts import Fronts, draw_fronts, front_column
from scenegen.assets.procedural.roles import Finishes, Parts, Size, Span
from scenegen.seeding import Generator


def any_desk(rng: Generator, of: Finishes) -> Parts:
    """A desk with drawers on one side, or on both if it is wide."""
    size = (between(rng, 1.1, 1.7), between(rng, 0.55, 0.75), between(rng, 0.72, 0.76))
    return desk(rng, of, size, (-1, 1) if size[0] > 1.4 and chance(rng, 0.6) else (pick(rng, -1, 1),))


def desk(rng: Generator, of: Finishes, size: Size, sides: tuple[int, ...]) -> Parts:
    """A top on drawers at `sides` (-1 at -x, 1 at +x), on a panel or legs elsewhere; a panel hides the knees."""
    (w, d, h), f = size, of("carcass")
    fronts, box_w, count = draw_fronts(rng, of, f), between(rng, 0.34, 0.42), whole(rng, 2, 4)
    parts = [
        s.block(f, (w, d, 0.03), (0, 0, h - 0.015), 0.004),
        s.block(f, (w - 0.1, 0.02, 0.35), (0, d / 2 - 0.06, h - 0.19)),
    ]
    for side in sides:
        x = side * (w / 2 - box_w / 2 - 0.02)
        y = (-d / 2 + 0.03, d / 2 - 0.03)
        parts += drawers(of, f, fronts, (x - box_w / 2, x + box_w / 2), y, (0.05, h - 0.02), count)
    return parts + [m for side in (-1, 1) if side not in sides for m in _support(rng, of, f, side * w / 2, size)]


def _support(rng: Generator, of: Finishes, f: Finish, x: float, size: Size) -> Parts:
    """A panel or two legs inside of the end at x."""
    inner, (_, d, h) = x - np.sign(x) * 0.035, size
    if chance(rng, 0.5):
        return [s.slab(f, (inner - 0.015, -d / 2 + 0.03, 0), (inner + 0.015, d / 2 - 0.03, h - 0.02))]
    metal = of("metal")
    return [s.rod(metal, (inner, y, 0), (inner, y, h - 0.02), 0.02) for y in (-d / 2 + 0.06, d / 2 - 0.06)]


def drawers(of: Finishes, f: Finish, fronts: Fronts, x: Span, y: Span, z: Span, count: int) -> Parts:
    """A case of `count` drawers that look along -y; from the floor up it has a dark foot."""
    case = s.slab(f, (x[0], y[0], z[0] - 0.01), (x[1], y[1], z[1]))
    foot = [s.slab(of("dark"), (x[0] + 0.02, y[0] + 0.03, 0), (x[1] - 0.02, y[1] - 0.03, z[0]))] if z[0] < 0.1 else []
    return [
        case,
        *foot,
        *front_column(fronts, (x[0] + 0.005, x[1] - 0.005), np.linspace(z[0], z[1] - 0.01, count + 1), y[0], 1),
    ]
