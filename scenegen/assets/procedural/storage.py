"""Shelves and cabinets, as objects and in rooms; the frame of builders is that of `roles`, backs at +Y."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.fronts import Fronts, draw_fronts, front_column, handle
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.roles import Finishes, Parts, Size, Span
from scenegen.assets.procedural.shelf_things import bay
from scenegen.seeding import Generator

_T = 0.022
"""Thickness of boards, metres."""
Fill = Callable[[Generator, Finishes, Span, float, float], Parts]
"""What stands in a bay of a span of x, a depth and a height, as in `shelf_things`."""


def bookshelf(rng: Generator, of: Finishes) -> Parts:
    """A bookcase with a back, an open frame, a ladder shelf or a grid of cubes, partly filled."""
    kind = pick(rng, bookcase, bookcase, cubes, open_shelf)
    size = (between(rng, 0.6, 1.3), between(rng, 0.27, 0.38), between(rng, 0.8, 2.1))
    return kind(rng, of, size, between(rng, 0.4, 0.95))


def bookcase(rng: Generator, of: Finishes, size: Size, full: float) -> Parts:
    """A case with a back, shelves and, if wide, upright boards; in a share `full` of its bays something stands."""
    (w, d, h), f = size, of("carcass")
    plinth, columns = between(rng, 0.03, 0.09), max(1, round(w / 0.85))
    back = (-w / 2 + 0.006, d / 2 - 0.014, 0.5 * plinth), (w / 2 - 0.006, d / 2 - 0.004, h - 0.006)
    parts = [
        *s.both(s.slab(f, (w / 2 - _T, -d / 2 + 0.004, 0), (w / 2 - 0.002, d / 2, h - 0.004), 0.003)),
        s.slab(f, (-w / 2, -d / 2, h - _T), (w / 2, d / 2 + 0.001, h), 0.003),
        s.slab(f if chance(rng, 0.6) else of("lacquer"), *back),
        s.slab(f, (-w / 2 + 0.01, -d / 2 + 0.02, 0), (w / 2 - 0.01, -d / 2 + 0.04, plinth + 0.002)),
    ]
    levels = np.linspace(plinth, h - _T, max(2, round((h - plinth) / between(rng, 0.3, 0.4))) + 1)
    uprights = np.linspace(-w / 2 + _T / 2, w / 2 - _T / 2, columns + 1)
    return parts + _inside(rng, of, f, uprights, levels, d, full)


def cubes(rng: Generator, of: Finishes, size: Size, full: float) -> Parts:
    """A grid of nearly square compartments, some closed by boxes."""
    (w, d, h), f = size, of("carcass")
    nx, nz = (max(1, round(length / 0.36)) for length in (w, h))
    parts = [
        *s.both(s.slab(f, (w / 2 - _T, -d / 2, 0), (w / 2, d / 2, h))),
        s.slab(f, (-w / 2 + 0.01, -d / 2 + 0.002, h - _T - 0.003), (w / 2 - 0.01, d / 2 - 0.002, h - 0.003)),
        s.slab(f, (-w / 2 + 0.006, d / 2 - 0.014, 0.006), (w / 2 - 0.006, d / 2 - 0.004, h - 0.006)),
    ]
    uprights, levels = np.linspace(-w / 2 + _T / 2, w / 2 - _T / 2, nx + 1), np.linspace(0.003, h - _T - 0.003, nz + 1)
    return parts + _inside(rng, of, f, uprights, levels, d, full, _cube)


def _inside(
    rng: Generator,
    of: Finishes,
    f: Finish,
    uprights: np.ndarray,
    levels: np.ndarray,
    d: float,
    full: float,
    fill: Fill = bay,
) -> Parts:
    """Boards on levels (of their undersides, the last of the top) and between uprights (middles, ends included)."""
    y = (-d / 2 + 0.01, d / 2 - 0.008)
    parts = [s.slab(f, (uprights[0], y[0], z), (uprights[-1], y[1], z + _T)) for z in levels[:-1]]
    parts += [
        s.slab(f, (x - _T / 2, y[0] + 0.003, levels[0]), (x + _T / 2, y[1], levels[-1] + 0.006)) for x in uprights[1:-1]
    ]
    for a, b in pairwise(levels):
        for left, right in pairwise(uprights):
            if chance(rng, full):
                things = fill(rng, of, (left + 0.02, right - 0.02), d - 0.04, b - a - _T)
                parts += [s.moved(m, (0, d / 2 - 0.014, a + _T)) for m in things]
    return parts


def _cube(rng: Generator, of: Finishes, x: Span, depth: float, height: float) -> Parts:
    """A box that closes a compartment, or what stands in a bay."""
    if chance(rng, 0.6):
        return bay(rng, of, x, depth, height)
    low, high = (x[0] - 0.005, -depth - 0.01, -0.0005), (x[1] + 0.005, -0.02, height - 0.014)
    return tag("box", [s.slab(of("box"), low, high, 0.005)])


def open_shelf(rng: Generator, of: Finishes, size: Size, full: float) -> Parts:
    """Boards on four posts, upright or leaning back like a ladder."""
    lean = pick(rng, 0.0, 0.0, 0.45 * size[1] / size[2])
    return rack(rng, of, size, lambda *bay_of: bay(*bay_of) if chance(rng, full) else [], lean)


def rack(rng: Generator, of: Finishes, size: Size, fill: Fill, lean: float = 0.0) -> Parts:
    """Boards on four posts; the front ones lean back by `lean` metres a metre, the boards grow less deep upwards."""
    (w, d, h), post, board, r = size, of("metal"), of("plank"), between(rng, 0.01, 0.016)
    x, y = w / 2 - r - 0.004, d / 2 - r - 0.001
    front = s.sheared_y(s.slab(post, (x - r, -y - r, 0), (x + r, -y + r, h)), lean)
    parts = [*s.both(front), *s.both(s.slab(post, (x - r, y - r, 0), (x + r, y + r, h)))]
    levels = np.linspace(between(rng, 0.08, 0.2), h - 0.04, max(3, round(h / between(rng, 0.34, 0.45))))
    for k, z in enumerate(levels):
        parts.append(s.slab(board, (-w / 2, -d / 2 + lean * z, z - 0.025), (w / 2, d / 2, z), 0.003))
        room = levels[k + 1] - z - 0.03 if k + 1 < len(levels) else min(0.22, levels[1] - levels[0])
        things = fill(rng, of, (-x + r + 0.01, x - r - 0.01), d - lean * (z + room) - 0.03, room)
        parts += [s.moved(m, (0, d / 2 - 0.005, z)) for m in things]
    return parts


def cabinet(rng: Generator, of: Finishes) -> Parts:
    """A sideboard, chest of drawers, wardrobe, bedside or TV cabinet of any size."""
    kinds = ((1.5, 0.45, 0.75), (0.9, 0.48, 0.9), (1.2, 0.6, 2.0), (0.48, 0.4, 0.55), (1.6, 0.42, 0.5), (0.6, 0.4, 1.5))
    w, d, h = (v * between(rng, 0.88, 1.12) for v in pick(rng, *kinds))
    columns, rows = max(1, round(w / between(rng, 0.42, 0.6))), max(2, round(h / 0.25))
    cells = [pick(rng, 1, rows, rows) if h < 1.4 else pick(rng, 1, 1, 2) for _ in range(columns)]
    return case(rng, of, (w, d, h), cells)


def case(rng: Generator, of: Finishes, size: Size, cells: list[int]) -> Parts:
    """A closed case on a plinth or legs, with columns of `cells` doors or drawers each."""
    (w, d, h), f = size, of("carcass")
    fronts, (z, base) = draw_fronts(rng, of, f), _base(rng, f, w, d)
    out = pick(rng, 0.002, between(rng, 0.006, 0.02))
    parts = [
        *base,
        s.slab(f, (-w / 2 + out, -d / 2 + out + 0.02, z), (w / 2 - out, d / 2 - 0.003, h - 0.012)),
        s.slab(f, (-w / 2, -d / 2, h - 0.03), (w / 2, d / 2, h), 0.004),
    ]
    edges = np.linspace(-w / 2 + out + 0.006, w / 2 - out - 0.006, len(cells) + 1)
    for k, (span, count) in enumerate(zip(pairwise(edges), cells, strict=True)):
        side = 1 if k % 2 == 0 and k + 1 < len(cells) else -1
        parts += front_column(fronts, span, np.linspace(z + 0.008, h - 0.036, count + 1), -d / 2 + out + 0.02, side)
    return parts


def _base(rng: Generator, f: Finish, w: float, d: float) -> tuple[float, Parts]:
    """The height of the floor of a case, and what it stands on: a plinth or legs."""
    if chance(rng, 0.5):
        z = between(rng, 0.04, 0.1)
        return z, [s.slab(f, (-w / 2 + 0.03, -d / 2 + 0.05, 0), (w / 2 - 0.03, d / 2 - 0.01, z + 0.01))]
    z, r = between(rng, 0.1, 0.2), between(rng, 0.014, 0.024)
    leg = s.rod(f, (w / 2 - 0.06, d / 2 - 0.06, 0), (w / 2 - 0.06, d / 2 - 0.06, z + 0.01), 0.65 * r, r)
    return z, s.in_four(leg)


def file_cabinet(rng: Generator, of: Finishes) -> Parts:
    """A metal office cabinet of 2 to 5 drawers with label holders, on a plinth or castors."""
    count, w, d = whole(rng, 2, 5), between(rng, 0.38, 0.5), between(rng, 0.45, 0.65)
    f, metal, card, z0 = of("office"), of("steel"), of("card"), 0.06
    h, y = z0 + count * between(rng, 0.24, 0.32), -d / 2 + 0.02
    parts = [
        s.slab(f, (-w / 2, y, z0), (w / 2, d / 2, h), 0.006),
        *(_castors(of, metal, w, d, z0) if chance(rng, 0.4) else [_plinth(of, w, d, z0)]),
    ]
    edges, grips = np.linspace(z0 + 0.01, h - 0.01, count + 1), Fronts(f, metal, False, pick(rng, "knob", "bar"))
    for a, b in pairwise(edges):
        mid = (a + b) / 2
        parts += [
            s.slab(f, (-w / 2 + 0.012, y - 0.018, a + 0.005), (w / 2 - 0.012, y + 0.01, b - 0.005), 0.004),
            *handle(grips, (0, mid - 0.01), y - 0.018, 0.06, level=True, top=b),
            s.slab(metal, (-0.045, y - 0.022, mid + 0.03), (0.045, y, mid + 0.07)),
            s.slab(card, (-0.04, y - 0.024, mid + 0.035), (0.04, y, mid + 0.065)),
        ]
    return parts


def _castors(of: Finishes, f: Finish, w: float, d: float, z: float) -> Parts:
    """Four castors below a plate."""
    at = [(a * (w / 2 - 0.05), b * (d / 2 - 0.06), 0.03) for a in (-1, 1) for b in (-1, 1)]
    wheels = [s.disc(of("rubber"), 0.03, 0.02, p, axis=0, sides=14) for p in at]
    return [*wheels, s.slab(f, (-w / 2 + 0.03, -d / 2 + 0.05, 0.045), (w / 2 - 0.03, d / 2 - 0.03, z + 0.004))]


def _plinth(of: Finishes, w: float, d: float, z: float) -> Mesh:
    """A dark recessed foot up to height z."""
    return s.slab(of("dark"), (-w / 2 + 0.02, -d / 2 + 0.04, 0), (w / 2 - 0.02, d / 2 - 0.02, z + 0.01))
