"""Storage furniture: bookshelves, cabinets, file cabinets."""

import itertools

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]
_T = 0.02


def _shell(f: fin.Finish, back: fin.Finish, w: float, d: float, z0: float, z1: float) -> Parts:
    """An open box seen from the front: two sides, top, bottom and a back panel."""
    sides = s.both(s.slab(f, (w / 2 - _T, -d / 2, z0), (w / 2, d / 2, z1)))
    levels = [
        s.slab(f, (-w / 2 + 0.5 * _T, -d / 2 + 0.002, z), (w / 2 - 0.5 * _T, d / 2 - 0.002, z + _T))
        for z in (z0 + 0.003, z1 - _T - 0.003)
    ]
    return [
        *sides,
        *levels,
        s.slab(back, (-w / 2 + 0.3 * _T, d / 2 - 0.014, z0 + 0.006), (w / 2 - 0.3 * _T, d / 2 - 0.004, z1 - 0.006)),
    ]


def bookshelf(rng: Generator) -> Parts:
    """A bookcase with a back, an open frame, a ladder shelf or a cube grid, partly filled."""
    return pick(rng, _bookcase, _bookcase, _cubes, _open_frame)(rng)


def _bookcase(rng: Generator) -> Parts:
    """A closed-back case with 3 to 6 shelves of books and boxes."""
    w, d, h, f = between(rng, 0.6, 1.2), between(rng, 0.24, 0.34), between(rng, 1.0, 2.1), fin.carcass(rng)
    plinth = between(rng, 0.03, 0.1)
    parts = _shell(f, f, w, d, plinth - 0.01, h)
    parts.append(s.slab(f, (-w / 2 + 0.01, -d / 2 + 0.02, 0), (w / 2 - 0.01, d / 2 - 0.01, plinth)))
    levels = np.linspace(plinth + 0.013, h - 0.003, whole(rng, 3, 6) + 1)
    shelf = [
        s.slab(f, (-w / 2 + 0.5 * _T, -d / 2 + 0.01, z - _T), (w / 2 - 0.5 * _T, d / 2 - 0.006, z))
        for z in levels[1:-1]
    ]
    return [*parts, *shelf, *_contents(rng, levels, -w / 2 + _T, w / 2 - _T, d)]


def _contents(rng: Generator, levels: np.ndarray, x0: float, x1: float, d: float) -> Parts:
    """Rows of books and storage boxes on each shelf."""
    books, box, gap = fin.books(rng), fin.upholstery(rng), 0.015
    out = []
    for a, b in itertools.pairwise(levels):
        kind, room = int(rng.integers(5)), b - a - _T
        if kind < 3:
            out += _row(rng, books, x0 + gap, x1 - gap, a, min(0.3, room * between(rng, 0.7, 0.9)), d)
        elif kind == 3:
            count = max(1, int((x1 - x0) / 0.32))
            half = (x1 - x0) / count / 2 - 0.015
            out += [
                s.slab(box, (c - half, -d / 2 + 0.03, a - 0.004), (c + half, d / 2 - 0.03, a + 0.75 * room), 0.006)
                for c in spread(count, x0, x1)
            ]
    return out


def _row(rng: Generator, f: fin.Finish, x0: float, x1: float, z: float, h: float, d: float) -> Parts:
    """Blocks of books of several heights side by side; a gap is left at the end."""
    x, end, out = x0, x0 + (x1 - x0) * between(rng, 0.5, 1.0), []
    while x < end - 0.04:
        w, tall = min(between(rng, 0.08, 0.25), end - x), h * between(rng, 0.75, 1.0)
        mesh = s.slab(f, (x, -d / 2 + between(rng, 0.02, 0.06), z - 0.004), (x + w - 0.002, d / 2 - 0.03, z + tall))
        uv = (mesh.vertices[:, [0, 2]] - np.array([x, z])) / np.array([0.5, tall]) + np.array([rng.random(), 0])
        out.append(s.with_uv(mesh, uv))
        x += w
    return out


def _cubes(rng: Generator) -> Parts:
    """A grid of square compartments, some with doors, boxes or books."""
    nx, nz, cell, f = whole(rng, 1, 4), whole(rng, 2, 5), between(rng, 0.32, 0.38), fin.carcass(rng)
    h, d = nz * cell + _T, between(rng, 0.3, 0.39)
    left = -nx * cell / 2
    return [
        *_shell(f, f, nx * cell + _T, d, 0.0, h),
        *[
            s.slab(f, (x - _T / 2, -d / 2 + 0.004, 0.01), (x + _T / 2, d / 2 - 0.008, h - 0.01))
            for x in np.arange(1, nx) * cell + left
        ],
        *_cube_shelves(f, nx * cell + _T, d, np.arange(1, nz) * cell + _T),
        *_cube_contents(rng, np.arange(nx) * cell + left, np.arange(nz) * cell + _T, cell, d),
    ]


def _cube_shelves(f: fin.Finish, w: float, d: float, levels: np.ndarray) -> Parts:
    """Boards whose upper sides lie at `levels`."""
    low, high = (-w / 2 + 0.01, -d / 2 + 0.006), (w / 2 - 0.01, d / 2 - 0.006)
    return [s.slab(f, (*low, z - _T), (*high, z)) for z in levels]


def _cube_contents(rng: Generator, xs: np.ndarray, levels: np.ndarray, cell: float, d: float) -> Parts:
    """Books in a quarter of the compartments, a cloth front before another quarter; left edges and floors given."""
    books, cloth = fin.books(rng), fin.upholstery(rng)
    parts: Parts = []
    for x in xs:
        for z in levels:
            kind = int(rng.integers(4))
            if kind == 0:
                parts += _row(rng, books, x + 0.02, x + cell - 0.02, z, 0.26, d)
            if kind == 1:
                high = (x + cell - 0.014, d / 2 - 0.05, z + cell - 0.035)
                parts.append(s.slab(cloth, (x + 0.014, -d / 2 + 0.012, z + 0.003), high, 0.005))
    return parts


def file_cabinet(rng: Generator) -> Parts:
    """A metal office cabinet of 2 to 5 drawers with label holders and locks, or on castors."""
    count, w, d = whole(rng, 2, 5), between(rng, 0.38, 0.5), between(rng, 0.45, 0.65)
    f, grip, z0 = pick(rng, fin.casing, fin.painted, fin.enamel, fin.wood)(rng), fin.steel(rng), 0.06
    h = z0 + count * between(rng, 0.24, 0.32)
    parts = [
        s.slab(f, (-w / 2, -d / 2 + 0.02, z0), (w / 2, d / 2, h), 0.006),
        *(_castors(rng, grip, w, d, z0) if chance(rng, 0.4) else [_plinth(rng, w, d, z0)]),
    ]
    edges, y, cup = np.linspace(z0 + 0.01, h - 0.01, count + 1), -d / 2 + 0.02, chance(rng, 0.5)
    card = fin.solid("card", (0.92, 0.90, 0.84))
    for a, b in itertools.pairwise(edges):
        mid = (a + b) / 2
        parts += [
            s.slab(f, (-w / 2 + 0.012, y - 0.018, a + 0.005), (w / 2 - 0.012, y + 0.01, b - 0.005), 0.004),
            _cup(grip, y, mid) if cup else _bow(grip, y, mid),
            s.slab(grip, (-0.045, y - 0.022, mid + 0.03), (0.045, y, mid + 0.07)),
            s.slab(card, (-0.04, y - 0.024, mid + 0.035), (0.04, y, mid + 0.065)),
        ]
    return parts


def _castors(rng: Generator, f: fin.Finish, w: float, d: float, z: float) -> Parts:
    """Four castors below a plate."""
    wheels = [
        s.disc(fin.rubber(rng), 0.03, 0.02, (a * (w / 2 - 0.05), b * (d / 2 - 0.06), 0.03), axis=0, sides=14)
        for a in (-1, 1)
        for b in (-1, 1)
    ]
    return [*wheels, s.slab(f, (-w / 2 + 0.03, -d / 2 + 0.05, 0.045), (w / 2 - 0.03, d / 2 - 0.03, z + 0.004))]


def _plinth(rng: Generator, w: float, d: float, z: float) -> Mesh:
    """A dark recessed foot up to height z."""
    return s.slab(fin.dark(rng), (-w / 2 + 0.02, -d / 2 + 0.04, 0), (w / 2 - 0.02, d / 2 - 0.02, z + 0.01))


def _cup(f: fin.Finish, y: float, z: float) -> Mesh:
    """A cup handle on a front at y."""
    return s.slab(f, (-0.07, y - 0.04, z - 0.02), (0.07, y, z - 0.004), 0.005)


def _bow(f: fin.Finish, y: float, z: float) -> Mesh:
    """A bow handle on a front at y."""
    return s.bent(f, [(-0.06, y, z), (-0.06, y - 0.045, z), (0.06, y - 0.045, z), (0.06, y, z)], 0.006)


def _open_frame(rng: Generator) -> Parts:
    """Boards on metal or wooden posts, open at the back, upright or leaning like a ladder."""
    w, d, h = between(rng, 0.6, 1.2), between(rng, 0.3, 0.42), between(rng, 1.2, 2.0)
    post, board, r = pick(rng, fin.dark, fin.steel, fin.painted)(rng), fin.wood(rng), between(rng, 0.01, 0.016)
    x, y, lean = w / 2 - 0.03, d / 2 - 0.025, pick(rng, 0.0, 0.0, 0.2)
    levels = np.linspace(between(rng, 0.08, 0.25), h - 0.05, whole(rng, 4, 6))
    posts = [m for sy in (-1, 1) for m in s.both(s.slab(post, (x - r, sy * y - r, 0), (x + r, sy * y + r, h)))]
    posts = [s.sheared_y(p, lean if k < 2 else 0.0) for k, p in enumerate(posts)]
    boards = [s.slab(board, (-w / 2, -d / 2 + lean * z, z - 0.025), (w / 2, d / 2, z), 0.003) for z in levels]
    shelves = np.append(levels, h + 0.2)
    depth = d - 0.04
    stuff = [
        s.moved(m, (0, lean * float(m.vertices[:, 2].min()) / 2, 0))
        for m in _contents(rng, shelves[:-1], -x + 0.03, x - 0.03, depth * (1 - lean))
    ]
    return [*posts, *boards, *stuff]


def cabinet(rng: Generator) -> Parts:
    """A sideboard, chest of drawers, wardrobe, bedside or TV cabinet, in a grid of doors, drawers and niches."""
    kinds = ((1.5, 0.45, 0.75), (0.9, 0.48, 0.9), (1.2, 0.6, 2.0), (0.48, 0.4, 0.55), (1.6, 0.42, 0.5), (0.6, 0.4, 1.5))
    w, d, h = (v * between(rng, 0.88, 1.12) for v in pick(rng, *kinds))
    f = fin.carcass(rng)
    front, grip = (f if chance(rng, 0.55) else fin.lacquer(rng)), pick(rng, fin.steel, fin.dark)(rng)
    z0 = _base(rng, f, w, d)
    body = s.slab(f, (-w / 2, -d / 2 + 0.02, z0[0]), (w / 2, d / 2, h - 0.012))
    overhang = pick(rng, 0.0, between(rng, 0.005, 0.03))
    top = s.slab(
        f, (-w / 2 - overhang, -d / 2 - overhang + 0.003, h - 0.03), (w / 2 + overhang, d / 2 + 0.003, h), 0.004
    )
    columns, style = max(1, round(w / between(rng, 0.42, 0.6))), pick(rng, "knob", "bar", "edge")
    parts = [body, top, *z0[1]]
    edges = np.linspace(-w / 2 + 0.01, w / 2 - 0.01, columns + 1)
    for k, (a, b) in enumerate(itertools.pairwise(edges)):
        cells = pick(rng, 1, max(2, round(h / 0.28)), max(2, round(h / 0.22))) if h < 1.4 else pick(rng, 1, 1, 2)
        rows = np.linspace(z0[0] + 0.01, h - 0.036, cells + 1)
        parts += [
            m
            for c, e in itertools.pairwise(rows)
            for m in _front(front, grip, style, a, b, c, e, -d / 2 + 0.02, k % 2 == 0)
        ]
    return parts


def _base(rng: Generator, f: fin.Finish, w: float, d: float) -> tuple[float, Parts]:
    """What a cabinet stands on, and the height of its floor: a plinth or legs."""
    if chance(rng, 0.5):
        z = between(rng, 0.04, 0.1)
        return z, [s.slab(f, (-w / 2 + 0.02, -d / 2 + 0.04, 0), (w / 2 - 0.02, d / 2 - 0.01, z + 0.01))]
    z, r = between(rng, 0.1, 0.25), between(rng, 0.014, 0.024)
    leg = s.rod(f, (w / 2 - 0.06, d / 2 - 0.06, 0), (w / 2 - 0.06, d / 2 - 0.06, z + 0.01), 0.65 * r, r)
    return z, [m for half in s.both(leg) for m in (half, s.scaled(half, (1, -1, 1)))]


def _front(
    f: fin.Finish, grip: fin.Finish, style: str, x0: float, x1: float, z0: float, z1: float, y: float, left: bool
) -> Parts:
    """A door (tall) or drawer front (flat) with its handle, standing proud of the plane at y."""
    panel = s.slab(f, (x0 + 0.003, y - 0.018, z0 + 0.003), (x1 - 0.003, y + 0.01, z1 - 0.003), 0.003)
    tall, mid_x, mid_z = (z1 - z0) > 0.8 * (x1 - x0), (x0 + x1) / 2, (z0 + z1) / 2
    at = (x1 - 0.04 if left else x0 + 0.04, mid_z) if tall else (mid_x, mid_z)
    if style == "knob":
        return [
            panel,
            s.ball(grip, 0.014, (at[0], y - 0.028, at[1]), 12),
            s.rod(grip, (at[0], y, at[1]), (at[0], y - 0.026, at[1]), 0.006),
        ]
    if style == "edge":
        strip = (x0 + 0.02, x1 - 0.02)
        return [panel, s.slab(grip, (strip[0], y - 0.026, z1 - 0.016), (strip[1], y, z1 - 0.009))]
    half = min(0.07, 0.3 * (x1 - x0), 0.3 * (z1 - z0) if tall else 1.0)
    ends = [(at[0], at[1] - half), (at[0], at[1] + half)] if tall else [(at[0] - half, at[1]), (at[0] + half, at[1])]
    path = [
        (ends[0][0], y, ends[0][1]),
        (ends[0][0], y - 0.045, ends[0][1]),
        (ends[1][0], y - 0.045, ends[1][1]),
        (ends[1][0], y, ends[1][1]),
    ]
    return [panel, s.bent(grip, path, 0.006, smooth=1)]
