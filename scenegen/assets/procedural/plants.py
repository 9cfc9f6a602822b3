"""Flower pots with what grows in them."""

import numpy as np

from scenegen.assets.mesh import Mesh, concatenate
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.crockery import hollow, swept
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def flowerpot(rng: Generator) -> Parts:
    """A round, square or bowl-shaped pot with soil and one of six kinds of plant."""
    r = between(rng, 0.06, 0.2)
    h, f = r * between(rng, 1.1, 2.2), pick(rng, fin.terracotta, fin.glazed, fin.glazed, fin.straw, fin.stone)(rng)
    pot = [_square_pot(f, r, h)] if chance(rng, 0.25) else _round_pot(rng, f, r, h)
    surface = [(0.9 * r, 0.83 * h), (0.9 * r, 0.85 * h), (0.4 * r, 0.875 * h), (0, 0.88 * h)]
    soil = s.turned(fin.soil(rng), surface, sides=24)
    kind = pick(rng, _broad, _broad, _grass, _cactus, _succulent, _flowers, _tree)
    return [*pot, soil, *[s.moved(m, (0, 0, 0.86 * h)) for m in kind(rng, r)]]


def _square_pot(f: fin.Finish, r: float, h: float) -> Mesh:
    """A pot of square plan, hollow."""
    plan = s.oval(32, 0.22) * r
    steps = ((0.8, 0), (1.0, h), (0.9, 1.002 * h), (0.87, 0.82 * h))
    return s.loft(f, [np.c_[plan * k, np.full(32, z)] for k, z in steps])


def _round_pot(rng: Generator, f: fin.Finish, r: float, h: float) -> Parts:
    """A turned pot, some with a thick rim."""
    form = pick(rng, (0.72, 0.86, 1.0), (0.6, 1.08, 0.92), (0.85, 0.95, 1.0), (0.5, 0.95, 1.02))
    pot = hollow(f, f, swept(r * np.array(form), h), 0.07 * r, 0.5 * h)
    if not chance(rng, 0.4):
        return pot
    rim = ((0.9, 0.84), (1.08, 0.84), (1.1, 0.985), (0.93, 0.985), (0.9, 0.84))
    return [*pot, s.turned(f, np.array(rim) * (r, h), sides=36)]


def _cactus(rng: Generator, r: float) -> Parts:
    """A ribbed column or ball, with arms or a flower."""
    green = fin.near(rng, "cactus", (0.26, 0.43, 0.25), 0.15)
    h = between(rng, 1.2, 4.5) * r
    parts = [_ribbed(green, 0.55 * r, h, whole(rng, 7, 12))]
    if h > 2.4 * r:
        for k in range(whole(rng, 1, 3)):
            z, side = between(rng, 0.3, 0.55) * h, 2.1 * k + between(rng, 0, 1)
            parts += [s.turned_z(m, side) for m in _cactus_arm(green, r, z, z + 0.3 * h)]
    if chance(rng, 0.5):
        petals = _blade(fin.petal(rng), 0.35 * r, 0.16 * r, 0.7, 0.1)
        parts += [s.moved(m, (0, 0, 0.99 * h)) for m in s.around(petals, 9)]
    return parts


def _ribbed(f: fin.Finish, r: float, h: float, ribs: int) -> Mesh:
    """A rounded column with ribs."""
    t = 2 * np.pi * np.arange(8 * ribs) / (8 * ribs)
    star = np.stack([np.cos(t), np.sin(t)], -1) * (1 + 0.11 * np.cos(ribs * t))[:, None]
    steps = ((0.75, -0.02), (0.95, 0.15), (1, 0.4), (0.98, 0.7), (0.85, 0.87), (0.55, 0.97), (0.2, 1.0))
    return s.loft(f, [np.c_[star * r * k, np.full(len(t), z * h)] for k, z in steps])


def _cactus_arm(f: fin.Finish, r: float, z: float, tip: float) -> Parts:
    """An arm that leaves the column at height z and bends up to `tip`."""
    path = [(0.3 * r, 0, z), (1.05 * r, 0, z), (1.1 * r, 0, tip)]
    return [
        s.bent(f, path, [0.22 * r, 0.25 * r, 0.2 * r], sides=14, smooth=2),
        s.ball(f, 0.2 * r, (1.1 * r, 0, tip), 14),
    ]


def _tree(rng: Generator, r: float) -> Parts:
    """A small tree: trunk, twigs, one or several clipped balls, a cone, or palm fronds."""
    bark, leaf, h = fin.near(rng, "bark", (0.36, 0.26, 0.18)), fin.leaf(rng), between(rng, 2.0, 5.0) * r
    path = [(0, 0, -0.1 * r), (between(rng, -0.2, 0.2) * r, 0, 0.4 * h), (0, 0, 0.85 * h)]
    trunk = s.bent(bark, path, [0.13 * r, 0.07 * r], smooth=2)
    kind = int(rng.integers(3))
    if kind == 0:
        return [trunk, *_fronds(rng, leaf, r, h)]
    foliage = fin.Finish(leaf.material, 0.05)
    return [trunk, *(_conifer(foliage, r, h) if kind == 1 else _clipped_balls(rng, foliage, r, h))]


def _fronds(rng: Generator, leaf: fin.Finish, r: float, h: float) -> Parts:
    """The crown of a palm."""
    kinds = [_blade(leaf, 0.5 * h, 0.3 * r, between(rng, 0.4, 1.2), between(rng, 0.5, 0.9), 0.7) for _ in range(5)]
    fronds = [s.turned_z(s.scaled(kinds[k % 5], between(rng, 0.75, 1.2)), 2.4 * k) for k in range(16)]
    return [s.moved(m, (0, 0, 0.83 * h)) for m in fronds]


def _conifer(f: fin.Finish, r: float, h: float) -> Parts:
    """Three cones one above the other."""
    parts: Parts = []
    for k, w in enumerate((1.3, 1.0, 0.7)):
        profile = [(0, 0), (w * r, 0.02 * h), (0.25 * w * r, 0.4 * h), (0, 0.45 * h)]
        parts.append(s.turned(f, profile, (0, 0, (0.3 + 0.24 * k) * h), sides=18))
    return parts


def _clipped_balls(rng: Generator, f: fin.Finish, r: float, h: float) -> Parts:
    """One to six balls of foliage."""
    parts: Parts = []
    for k in range(whole(rng, 1, 6)):
        x, y = np.array((np.cos(2.4 * k), np.sin(2.4 * k))) * 0.4 * r * (k > 0)
        w = r * between(rng, 0.55, 0.85)
        parts.append(s.ball(f, (w, w, 0.9 * w), (x, y, (0.9 + 0.06 * (k % 3)) * h)))
    return parts


def _blade(f: fin.Finish, length: float, width: float, rise: float, droop: float, shape: float = 1.0) -> Mesh:
    """A leaf that starts at the origin, grows along +x and up, and droops: a thin closed lens."""
    t = np.linspace(0, 1, 8)
    path = np.stack([length * t * np.cos(rise), 0 * t, length * (t * np.sin(rise) - droop * t**2)], -1)
    half = width / 2 * np.maximum(np.sin(np.pi * t**shape), 0.06) * np.where(t > 0.99, 0.05, 1)
    side, up = np.array([0, 1.0, 0]), np.array([0, 0, 0.035 * width + 0.0006])
    fold = np.array([0, 0, 0.18]) * half[:, None]
    rings = np.stack([path + half[:, None] * side + fold, path + up, path - half[:, None] * side + fold, path - up], 1)
    return s.loft(f, rings)


def _broad(rng: Generator, r: float) -> Parts:
    """Broad leaves on stalks: rubber plant, lily, monstera-like."""
    leaf, stem = fin.leaf(rng), fin.near(rng, "stem", (0.30, 0.42, 0.18))
    out, count, tall = [], whole(rng, 9, 18), between(rng, 1.5, 4.0) * r
    size = between(rng, 0.9, 1.5) * r
    blades = [_blade(leaf, size, 0.55 * size, between(rng, -0.2, 0.7), between(rng, 0.1, 0.4), 0.8) for _ in range(5)]
    for k in range(count):
        a, lean, z = 2.4 * k + between(rng, -0.3, 0.3), between(rng, 0.2, 0.8), tall * between(rng, 0.35, 1.0)
        top = np.array([0.55 * z * lean, 0, z])
        out += [
            s.turned_z(
                s.bent(
                    stem, [(0.05 * r, 0, -0.05 * r), (0.1 * r, 0, 0.5 * z), top], 0.02 * r + 0.001, sides=5, smooth=1
                ),
                a,
            )
        ]
        leafy = s.scaled(blades[k % 5], between(rng, 0.75, 1.2))
        out.append(s.turned_z(s.moved(leafy, top), a))
    return out


def _grass(rng: Generator, r: float) -> Parts:
    """Long narrow leaves: sansevieria, spider plant, grass."""
    leaf, count = fin.leaf(rng), whole(rng, 18, 40)
    stiff, length = chance(rng, 0.4), between(rng, 2.0, 4.0) * r
    width = (0.22 if stiff else 0.09) * r
    kinds, out = [], []
    for _ in range(7):
        rise = between(rng, 1.35, 1.55) if stiff else between(rng, 0.9, 1.4)
        droop = 0.0 if stiff else between(rng, 0.3, 0.8)
        kinds.append(_blade(leaf, length * between(rng, 0.5, 1.0), width, rise, droop, 0.6))
    for k in range(count):
        one = s.scaled(kinds[k % 7], between(rng, 0.7, 1.1))
        out.append(s.turned_z(s.moved(one, (between(rng, 0.0, 0.4) * r, 0, -0.04 * r)), between(rng, 0, 6.28)))
    return out


def _succulent(rng: Generator, r: float) -> Parts:
    """A rosette of thick leaves in rings."""
    leaf, out = fin.leaf(rng), []
    for k in range(whole(rng, 3, 5)):
        size, rise = r * (1.0 - 0.16 * k), 0.25 + 0.3 * k
        plump = s.scaled(_blade(leaf, size, 0.5 * size, rise, 0.0, 1.3), (1, 1, 1))
        out += [s.moved(m, (0, 0, 0.03 * r * k)) for m in s.around(plump, whole(rng, 7, 9), 0.4 * k)]
    return out


def _flowers(rng: Generator, r: float) -> Parts:
    """Daisies or tulips over small leaves."""
    leaf, petal, eye = fin.leaf(rng), fin.petal(rng), fin.near(rng, "eye", (0.85, 0.62, 0.15))
    stem, parts = fin.near(rng, "stem", (0.32, 0.48, 0.2)), []
    kinds = [_blade(leaf, 0.9 * r, 0.35 * r, between(rng, 0.2, 1.1), between(rng, 0, 0.4)) for _ in range(5)]
    for k in range(whole(rng, 10, 16)):
        parts.append(s.turned_z(s.scaled(kinds[k % 5], between(rng, 0.7, 1.3)), between(rng, 0, 6.28)))
    cup = chance(rng, 0.4)
    bloom = s.around(_blade(petal, 0.4 * r, 0.22 * r, 1.25 if cup else 0.25, 0.0), 6 if cup else 10)
    head_parts = [concatenate(bloom), s.ball(eye, (0.1 * r, 0.1 * r, 0.06 * r), (0, 0, 0.02 * r), 10)]
    for k in range(whole(rng, 3, 7)):
        z, out, a = r * between(rng, 1.1, 2.2), r * between(rng, 0.05, 0.75), 2.4 * k
        head = np.array([out, 0, z])
        parts.append(
            s.turned_z(
                s.bent(stem, [(0.1 * r, 0, -0.03 * r), (0.3 * out, 0, 0.6 * z), head], 0.025 * r, sides=5, smooth=1), a
            )
        )
        parts += [s.turned_z(s.moved(m, head), a) for m in head_parts]
    return parts
