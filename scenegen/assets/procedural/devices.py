"""Small devices: cameras and printers."""

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def camera(rng: Generator) -> Parts:
    """A reflex, rangefinder, instant or box camera; some on a small tripod."""
    w, h, d = between(rng, 0.11, 0.15), between(rng, 0.07, 0.1), between(rng, 0.035, 0.06)
    f, skin, metal = fin.casing(rng), pick(rng, fin.leather, fin.dark)(rng), fin.steel(rng)
    dark, glass = fin.dark(rng), fin.glass(rng)
    y, z, x = -d / 2, 0.46 * h, between(rng, -0.08, 0.12) * w
    parts = [
        s.slab(f, (-w / 2, y, 0), (w / 2, d / 2, h), 0.008),
        s.slab(skin, (-w / 2 - 0.0015, y - 0.0015, 0.16 * h), (w / 2 + 0.0015, d / 2 + 0.0015, 0.76 * h), 0.008),
        *_lens(rng, (dark, metal, glass), h, (x, y, z)),
    ]
    kind = int(rng.integers(3))
    if kind == 0:
        parts += _prism_and_grip(f, skin, x, w, d, h)
    elif kind == 1:
        parts += _finder_windows(glass, w, y, h)
    else:
        parts += _flash_and_slot(dark, w, d, h)
    parts += [
        s.disc(metal, q, 0.02, (a * w, 0.004, h + 0.004), sides=18)
        for a, q in ((0.36, 0.011), (-0.38, 0.009), (0.22, 0.006))
    ]
    return [*parts, *_tripod(dark, metal)] if chance(rng, 0.3) else parts


def _lens(
    rng: Generator, finishes: tuple[fin.Finish, fin.Finish, fin.Finish], h: float, at: tuple[float, float, float]
) -> Parts:
    """A lens of dark and metal rings with its glass, on a front of height h; long ones rest on a block."""
    dark, metal, glass = finishes
    x, y, z = at
    r, tube = between(rng, 0.3, 0.42) * h, between(rng, 0.02, 0.1)
    steps = whole(rng, 2, 3)
    parts: Parts = []
    for k in range(steps):
        reach, middle = 0.012 + tube * (k + 1) / steps, y - tube * (k + 1) / steps / 2
        parts.append(
            s.disc(dark if k % 2 else metal, r * (1 - 0.07 * k), reach, (x, middle, z), axis=1, sides=30),
        )
    parts += [
        s.hoop(dark, r * (0.93 - 0.07 * steps + 0.05), 0.07 * r, (x, y - tube - 0.007, z), axis=1, sides=28),
        s.ball(glass, (0.68 * r, 0.012, 0.68 * r), (x, y - tube - 0.004, z), 20),
    ]
    if tube > 0.03:
        parts.append(s.slab(dark, (x - 0.014, y - 0.95 * tube, 0), (x + 0.014, y - 0.3 * tube, z - 0.6 * r), 0.003))
    return parts


def _prism_and_grip(f: fin.Finish, skin: fin.Finish, x: float, w: float, d: float, h: float) -> Parts:
    """The prism hump over the lens at x and the hand grip of a reflex camera."""
    y = -d / 2
    outline = [
        (y - 0.01, h - 0.01),
        (d / 2 - 0.004, h - 0.01),
        (d / 2 - 0.008, h + 0.022),
        (y + 0.008, h + 0.026),
        (y - 0.012, h + 0.012),
    ]
    return [
        s.profile_x(f, outline, x - 0.026, x + 0.026),
        s.slab(skin, (-w / 2 - 0.006, y - 0.018, 0.004), (-w / 2 + 0.03, 0, 0.9 * h), 0.01),
    ]


def _finder_windows(glass: fin.Finish, w: float, y: float, h: float) -> Parts:
    """The two windows of a rangefinder on a front at y."""
    return [
        s.slab(glass, (0.25 * w, y - 0.003, 0.8 * h), (0.38 * w, 0, 0.93 * h)),
        s.slab(glass, (-0.1 * w, y - 0.003, 0.82 * h), (0.0, 0, 0.91 * h)),
    ]


def _flash_and_slot(dark: fin.Finish, w: float, d: float, h: float) -> Parts:
    """The flash of a pocket camera and the strip on its top."""
    y, flash = -d / 2, fin.solid("flash", (0.92, 0.92, 0.9), 0.2)
    return [
        s.slab(flash, (-0.36 * w, y - 0.004, 0.8 * h), (-0.14 * w, 0, 0.96 * h)),
        s.slab(dark, (-0.4 * w, y + 0.004, h - 0.004), (0.4 * w, d / 2 - 0.006, h + 0.006), 0.002),
    ]


def _tripod(dark: fin.Finish, metal: fin.Finish) -> Parts:
    """Three short legs below z = 0 and the plate they hang from."""
    leg = s.rod(dark, (0.01, 0, 0.0), (0.07, 0, -0.13), 0.006, 0.005, sides=8)
    return [
        *[s.clipped_below(m, -0.131) for m in s.around(leg, 3, 0.52)],
        s.disc(metal, 0.018, 0.02, (0, 0, -0.003), sides=18),
    ]


def printer(rng: Generator) -> Parts:
    """A printer or copier: paper trays in front and behind, control panel, slots, scanner lid."""
    w, d, h, f = between(rng, 0.38, 0.5), between(rng, 0.32, 0.42), between(rng, 0.14, 0.32), fin.casing(rng)
    dark, paper, y = fin.dark(rng), fin.solid("paper", (0.93, 0.93, 0.91)), -d / 2
    g = pick(rng, f, dark)
    top = h + between(rng, 0.025, 0.045)
    slot = between(rng, 0.35, 0.5) * h
    return [
        s.slab(f, (-w / 2, y, 0.008), (w / 2, d / 2, h), 0.02),
        s.slab(dark, (-w / 2 + 0.02, y + 0.02, 0), (w / 2 - 0.02, d / 2 - 0.02, 0.03)),
        s.slab(g, (-w / 2 + 0.004, y + 0.01, h - 0.01), (w / 2 - 0.004, d / 2 - 0.004, top), 0.01),
        *_paper_out(rng, (dark, g, paper), w, y, slot),
        *([s.moved(m, (0, d / 2 - 0.06, h + 0.02)) for m in _paper_in(rng, g, paper, w)] if chance(rng, 0.6) else []),
        *_controls(rng, dark, w, y, h),
        *(_cassette(g, dark, w, y, min(0.1, slot - 0.03)) if chance(rng, 0.35) else []),
    ]


def _paper_out(
    rng: Generator, finishes: tuple[fin.Finish, fin.Finish, fin.Finish], w: float, y: float, slot: float
) -> Parts:
    """The slot at height `slot` of a front at y, the tray that reaches out of it, and a sheet."""
    dark, g, paper = finishes
    return [
        s.slab(dark, (-0.36 * w, y - 0.003, slot), (0.36 * w, y + 0.05, slot + 0.035)),
        s.slab(g, (-0.35 * w, y - between(rng, 0.08, 0.16), slot - 0.02), (0.35 * w, y + 0.05, slot - 0.008), 0.004),
        s.slab(paper, (-0.29 * w, y - 0.075, slot - 0.01), (0.29 * w, y + 0.04, slot - 0.002)),
    ]


def _paper_in(rng: Generator, f: fin.Finish, paper: fin.Finish, w: float) -> Parts:
    """A support that leans backwards with sheets on it, standing at the origin."""
    back = s.slab(f, (-0.34 * w, 0, 0), (0.34 * w, 0.012, between(rng, 0.12, 0.2)), 0.004)
    sheets = s.slab(paper, (-0.28 * w, -0.008, 0), (0.28 * w, 0.005, 0.24))
    return [s.sheared_y(m, 0.35) for m in (back, sheets)]


def _controls(rng: Generator, dark: fin.Finish, w: float, y: float, h: float) -> Parts:
    """A slanted panel with screen and keys at the upper edge of a front at y."""
    outline = [(y - 0.014, h - 0.075), (y + 0.03, h - 0.085), (y + 0.03, h - 0.004), (y + 0.006, h - 0.004)]
    lit = s.slab(fin.screen(rng), (-0.1 * w, y - 0.012, h - 0.06), (0.1 * w, y + 0.02, h - 0.018))
    keys = s.scattered(
        s.slab(fin.lid(rng), (-0.008, y - 0.014, -0.006), (0.008, y + 0.02, 0.006)),
        [(a * w, 0, h - b) for a in (0.2, 0.28, 0.36, -0.2, -0.28) for b in (0.03, 0.055)],
    )
    return [s.profile_x(dark, outline, -0.45 * w, 0.45 * w), s.pictured(lit), keys]


def _cassette(f: fin.Finish, dark: fin.Finish, w: float, y: float, top: float) -> Parts:
    """A paper drawer at the foot of a front at y, with its grip."""
    return [
        s.slab(f, (-w / 2 + 0.003, y - 0.006, 0.03), (w / 2 - 0.003, y + 0.03, top), 0.004),
        s.slab(dark, (-0.1 * w, y - 0.009, 0.055), (0.1 * w, y, 0.068)),
    ]
