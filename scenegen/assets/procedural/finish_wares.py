"""Finishes of crockery, packages, food and plants."""

from scenegen.assets.procedural import textures as tx
from scenegen.assets.procedural.draws import chance, pick
from scenegen.assets.procedural.finish_base import GLAZES, PAINTS, Finish, near, near_palette, solid, textured, vivid
from scenegen.seeding import Generator


def glazed(rng: Generator) -> Finish:
    """Glazed earthenware: plain, speckled, striped, dotted, checked or marbled."""
    color, second = near_palette(rng, GLAZES), near_palette(rng, GLAZES)
    kind = int(rng.integers(8))
    if kind == 0:
        return textured("glaze", tx.speckle_texture(rng, 128, color, amount=0.15), 0.12)
    if kind == 1:
        return textured("glaze", tx.stripes_texture(rng, 128, (color, second), count=pick(rng, 3, 5, 8)), 0.1)
    if kind == 2:
        return textured("glaze", tx.dots_texture(rng, 128, color, second, count=4), 0.08)
    if kind == 3:
        return textured("glaze", tx.wallpaper_texture(rng, 128, color, second, motif=pick(rng, "leaf", "damask")), 0.12)
    if kind == 4:
        return textured("glaze", tx.marble_texture(rng, 128, color, second), 0.2)
    if kind == 5:
        return textured("glaze", tx.painted_metal_texture(rng, 128, color, wear=0.0), 0.15)
    return solid("glaze", color)


def glazed_plain(rng: Generator) -> Finish:
    """Glazed earthenware of one colour."""
    return solid("glaze", near_palette(rng, GLAZES))


def bottle_glass(rng: Generator) -> Finish:
    """Coloured bottle glass."""
    tints = (
        (0.10, 0.20, 0.12),
        (0.24, 0.13, 0.06),
        (0.62, 0.72, 0.70),
        (0.16, 0.25, 0.38),
        (0.42, 0.48, 0.22),
        (0.72, 0.55, 0.28),
    )
    return near(rng, "glass", pick(rng, *tints), 0.15)


def clear_plastic(rng: Generator) -> Finish:
    """A filled drinks bottle: water, cola, juice, tea."""
    tints = ((0.66, 0.78, 0.84), (0.20, 0.10, 0.07), (0.85, 0.55, 0.15), (0.55, 0.70, 0.35), (0.75, 0.3, 0.3))
    return near(rng, "plastic", pick(rng, *tints), 0.12)


def preserve(rng: Generator) -> Finish:
    """What shows through a jar."""
    tints = (
        (0.50, 0.10, 0.12),
        (0.82, 0.50, 0.12),
        (0.36, 0.42, 0.16),
        (0.80, 0.74, 0.58),
        (0.30, 0.14, 0.25),
        (0.42, 0.25, 0.14),
    )
    color = tx.jitter_color(rng, pick(rng, *tints), 0.15)
    return (
        textured("preserve", tx.speckle_texture(rng, 128, color, chips=14), 0.1)
        if chance(rng, 0.5)
        else solid("preserve", color)
    )


def drink(rng: Generator) -> Finish:
    """Coffee, tea or milk."""
    return near(rng, "drink", pick(rng, (0.16, 0.09, 0.05), (0.45, 0.29, 0.17), (0.55, 0.27, 0.08), (0.86, 0.82, 0.74)))


def fruit(rng: Generator) -> Finish:
    """The skin of an apple, orange, lemon or plum."""
    return near(
        rng,
        "fruit",
        pick(rng, (0.72, 0.14, 0.12), (0.90, 0.52, 0.10), (0.90, 0.80, 0.25), (0.50, 0.65, 0.22), (0.32, 0.14, 0.26)),
        0.1,
    )


def lid(rng: Generator) -> Finish:
    """A cap or lid, always plain."""
    return near(
        rng,
        "lid",
        pick(rng, (0.12, 0.12, 0.13), (0.88, 0.87, 0.85), (0.72, 0.6, 0.32), (0.7, 0.7, 0.71), vivid(rng)),
        0.08,
    )


def foil(rng: Generator) -> Finish:
    """The capsule of a wine bottle."""
    return near(
        rng, "foil", pick(rng, (0.35, 0.07, 0.10), (0.66, 0.54, 0.28), (0.10, 0.10, 0.11), (0.2, 0.3, 0.22)), 0.1
    )


def cork(rng: Generator) -> Finish:
    """Cork, plain."""
    return near(rng, "cork", (0.72, 0.56, 0.38), 0.08)


def label(rng: Generator) -> Finish:
    """A printed label, to be fitted to [0, 1]."""
    color = pick(rng, vivid(rng, 0.7, 0.6), near_palette(rng, PAINTS))
    paper = pick(rng, (0.92, 0.90, 0.85), (0.95, 0.88, 0.68), tx.shade_color(color, 0.35))
    return textured("label", tx.label_texture(rng, 128, color, paper), 1.0)


def leaf(rng: Generator) -> Finish:
    """Green leaves."""
    color = tx.jitter_color(
        rng, pick(rng, (0.24, 0.42, 0.17), (0.35, 0.50, 0.24), (0.18, 0.34, 0.20), (0.45, 0.52, 0.40)), 0.12
    )
    return textured("leaf", tx.foliage_texture(rng, 128, color), 0.08) if chance(rng, 0.6) else solid("leaf", color)


def soil(rng: Generator) -> Finish:
    """Potting soil, plain."""
    return near(rng, "soil", (0.20, 0.14, 0.10), 0.15)


def petal(rng: Generator) -> Finish:
    """A flower's colour."""
    return near(
        rng,
        "petal",
        pick(rng, (0.85, 0.2, 0.25), (0.95, 0.8, 0.25), (0.9, 0.55, 0.7), (0.93, 0.92, 0.9), (0.55, 0.35, 0.7)),
        0.08,
    )


def terracotta(rng: Generator) -> Finish:
    """Flower-pot clay."""
    color = tx.jitter_color(rng, (0.66, 0.38, 0.26), 0.12)
    return textured("terracotta", tx.plaster_texture(rng, 128, color, roughness=2.5), 0.25)
