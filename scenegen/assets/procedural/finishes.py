"""Finishes: what the parts of objects are made of, drawn at random in believable colours.

A finish is a material with the length that one tile of its texture covers. About a third are plain.
"""

from scenegen.assets.procedural import textures as tx
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.finish_base import (
    CLOTHS,
    HIDES,
    PAINTS,
    WOODS,
    Finish,
    near,
    near_palette,
    solid,
    textured,
    vivid,
)
from scenegen.assets.procedural.finish_wares import (
    bottle_glass,
    clear_plastic,
    cork,
    drink,
    foil,
    fruit,
    glazed,
    glazed_plain,
    label,
    leaf,
    lid,
    petal,
    preserve,
    soil,
    terracotta,
)
from scenegen.assets.procedural.textures import Color
from scenegen.seeding import Generator

__all__ = [
    "Finish",
    "bedding",
    "books",
    "bottle_glass",
    "brick",
    "carcass",
    "casing",
    "clear_plastic",
    "cork",
    "dark",
    "drink",
    "enamel",
    "foil",
    "frame",
    "fruit",
    "glass",
    "glazed",
    "glazed_plain",
    "glow",
    "label",
    "lacquer",
    "lampshade",
    "leaf",
    "leather",
    "lid",
    "livery",
    "near",
    "near_palette",
    "painted",
    "petal",
    "picture",
    "plastic",
    "preserve",
    "rubber",
    "screen",
    "soil",
    "solid",
    "steel",
    "stone",
    "straw",
    "terracotta",
    "textured",
    "upholstery",
    "vivid",
    "wood",
]


def wood(rng: Generator) -> Finish:
    """Oiled or stained wood."""
    color, figure = near_palette(rng, WOODS), between(rng, 0.6, 1.3)
    return textured("wood", tx.wood_texture(rng, 256, color, rings=int(rng.integers(4, 11)), figure=figure), 0.6, True)


def painted(rng: Generator) -> Finish:
    """Paint on metal or wood, plain or with wear."""
    color = near_palette(rng, PAINTS)
    if chance(rng, 0.5):
        return solid("paint", color)
    return textured("paint", tx.painted_metal_texture(rng, 128, color, wear=between(rng, 0.0, 0.5)), 0.5)


def lacquer(rng: Generator) -> Finish:
    """Painted wood in quiet colours."""
    color = tx.jitter_color(rng, pick(rng, *PAINTS[:2], *PAINTS[6:7], *PAINTS[8:], (0.86, 0.84, 0.78)), 0.1)
    return textured("lacquer", tx.painted_wood_texture(rng, 128, color), 0.6, True)


def frame(rng: Generator) -> Finish:
    """What the frame of a piece of furniture is made of."""
    return pick(rng, wood, wood, lacquer, steel, dark, painted)(rng)


def carcass(rng: Generator) -> Finish:
    """What the body of a cupboard is made of."""
    return pick(rng, wood, wood, lacquer, lacquer, painted)(rng)


def upholstery(rng: Generator) -> Finish:
    """Cloth of seats: woven, striped, checked, dotted or plain."""
    color, second = near_palette(rng, CLOTHS), near_palette(rng, CLOTHS)
    kind = int(rng.integers(9))
    if kind == 0:
        return textured("cloth", tx.stripes_texture(rng, 128, (color, second, color)), between(rng, 0.3, 0.6))
    if kind == 1:
        return textured("cloth", tx.checks_texture(rng, 128, color, second), between(rng, 0.3, 0.5))
    if kind == 2:
        return textured("cloth", tx.dots_texture(rng, 128, color, second), between(rng, 0.25, 0.45))
    if kind == 3:
        return textured("tweed", tx.woven_texture(rng, 128, color, tx.shade_color(color, 0.6)), 0.12)
    if kind == 4:
        return solid("felt", color)
    return textured("cloth", tx.fabric_texture(rng, 128, color, threads=32), 0.12)


def bedding(rng: Generator) -> Finish:
    """Light cloth for beds: plain, striped, checked, dotted, or a leaf print."""
    light, color = tx.jitter_color(rng, (0.86, 0.84, 0.79), 0.08), near_palette(rng, CLOTHS)
    kind = int(rng.integers(5))
    if kind == 0:
        return textured("bedding", tx.stripes_texture(rng, 128, (light, color)), 0.5)
    if kind == 1:
        return textured("bedding", tx.checks_texture(rng, 128, light, color), 0.4)
    if kind == 2:
        return textured("bedding", tx.dots_texture(rng, 128, light, color), 0.4)
    if kind == 3:
        motif = pick(rng, "leaf", "damask")
        return textured("bedding", tx.wallpaper_texture(rng, 128, light, color, motif=motif), 0.7)
    return textured("bedding", tx.fabric_texture(rng, 128, pick(rng, light, color), threads=32), 0.15)


def leather(rng: Generator) -> Finish:
    """Grained leather."""
    return textured("leather", tx.leather_texture(rng, 128, near_palette(rng, HIDES)), 0.16)


def straw(rng: Generator) -> Finish:
    """Rattan, cane, paper cord or webbing."""
    color = tx.jitter_color(
        rng, pick(rng, (0.72, 0.57, 0.36), (0.55, 0.39, 0.23), (0.82, 0.73, 0.56), (0.30, 0.24, 0.2)), 0.1
    )
    return textured(
        "straw", tx.woven_texture(rng, 128, color, tx.shade_color(color, between(rng, 0.5, 0.8)), strands=8), 0.12
    )


def steel(rng: Generator) -> Finish:
    """Bare metal: bright, brushed, or brass."""
    color = pick(rng, (0.72, 0.73, 0.74), (0.60, 0.61, 0.63), (0.72, 0.60, 0.36))
    if chance(rng, 0.6):
        return near(rng, "metal", color, 0.08)
    return textured("metal", tx.brushed_metal_texture(rng, 128, tx.jitter_color(rng, color, 0.08)), 0.3, True)


def dark(rng: Generator) -> Finish:
    """Black plastic or iron."""
    return near(rng, "dark", pick(rng, (0.10, 0.10, 0.11), (0.17, 0.17, 0.18)), 0.15)


def rubber(rng: Generator) -> Finish:
    """Tyres and feet."""
    return near(rng, "rubber", (0.09, 0.09, 0.095), 0.15)


def plastic(rng: Generator) -> Finish:
    """Moulded plastic, any colour, plain or with a faint mottle."""
    color = pick(rng, near_palette(rng, PAINTS), vivid(rng))
    if chance(rng, 0.6):
        return solid("plastic", color)
    return textured("plastic", tx.painted_wood_texture(rng, 128, color), 0.3)


def casing(rng: Generator) -> Finish:
    """The casing of a device: grey, black, white, seldom coloured; plain or brushed."""
    color = pick(
        rng, (0.13, 0.13, 0.14), (0.30, 0.31, 0.33), (0.80, 0.80, 0.79), (0.66, 0.67, 0.68), vivid(rng, 0.45, 0.6)
    )
    if chance(rng, 0.5):
        return near(rng, "casing", color, 0.08)
    return textured("casing", tx.brushed_metal_texture(rng, 128, tx.jitter_color(rng, color, 0.08)), 0.3, True)


def enamel(rng: Generator) -> Finish:
    """The casing of a kitchen appliance: white, steel, black or a retro colour."""
    if chance(rng, 0.25):
        return textured(
            "steel", tx.brushed_metal_texture(rng, 128, tx.jitter_color(rng, (0.62, 0.63, 0.64), 0.06)), 0.5, True
        )
    color = pick(rng, (0.90, 0.90, 0.88), (0.90, 0.90, 0.88), (0.20, 0.20, 0.21), near_palette(rng, PAINTS))
    if chance(rng, 0.4):
        return near(rng, "enamel", color, 0.04)
    return textured("enamel", tx.painted_metal_texture(rng, 128, color, wear=0.0), 0.6)


def stone(rng: Generator) -> Finish:
    """Marble, terrazzo or concrete."""
    if chance(rng, 0.4):
        return textured("marble", tx.marble_texture(rng, 128, pick(rng, (0.87, 0.86, 0.84), (0.24, 0.25, 0.26))), 0.7)
    if chance(rng, 0.5):
        return textured("terrazzo", tx.speckle_texture(rng, 128, near_palette(rng, CLOTHS)), 0.3)
    return textured("concrete", tx.concrete_texture(rng, 128), 0.8)


def brick(rng: Generator) -> Finish:
    """Brickwork, red, yellow or grey."""
    color = tx.jitter_color(rng, pick(rng, (0.58, 0.33, 0.25), (0.70, 0.58, 0.40), (0.50, 0.48, 0.46)), 0.1)
    return textured("brick", tx.brick_texture(rng, 128, color), 0.9)


def glass(rng: Generator) -> Finish:
    """Dark, opaque glass: window panes and screens that are off."""
    return near(rng, "glass", pick(rng, (0.10, 0.12, 0.15), (0.16, 0.21, 0.25), (0.12, 0.17, 0.17)), 0.1)


def picture(rng: Generator) -> Finish:
    """An abstract picture, to be fitted to [0, 1]."""
    return textured(
        "picture", tx.painting_texture(rng, 128, (vivid(rng, 0.4), vivid(rng), near_palette(rng, PAINTS))), 1.0
    )


def screen(rng: Generator) -> Finish:
    """A lit screen, to be fitted to [0, 1]."""
    return textured("screen", tx.screen_texture(rng, 128), 1.0, emission=0.5)


def books(rng: Generator) -> Finish:
    """A row of spines, to be fitted to [0, 1] or repeated."""
    return textured("books", tx.book_spines_texture(rng, 256), 0.5)


def lampshade(rng: Generator) -> Finish:
    """A shade that glows a little: cloth, paper, or coloured."""
    color = tx.jitter_color(
        rng,
        pick(rng, (0.93, 0.87, 0.74), (0.90, 0.90, 0.87), (0.80, 0.55, 0.40), (0.55, 0.65, 0.62), (0.75, 0.3, 0.26)),
        0.08,
    )
    if chance(rng, 0.35):
        return solid("shade", color, between(rng, 0.2, 0.5))
    maker = (
        tx.stripes_texture(rng, 128, (color, tx.shade_color(color, 0.85)))
        if chance(rng, 0.3)
        else tx.fabric_texture(rng, 128, color, threads=32)
    )
    return textured("shade", maker, 0.15, emission=between(rng, 0.2, 0.5))


def glow(rng: Generator, color: Color = (1.0, 0.95, 0.82)) -> Finish:
    """A lamp that is on."""
    return near(rng, "glow", color, 0.02, emission=0.9)


def livery(rng: Generator) -> Finish:
    """Vehicle paint: plain, or slightly weathered."""
    color = pick(rng, near_palette(rng, PAINTS), near_palette(rng, PAINTS), vivid(rng, 0.7, 0.6))
    if chance(rng, 0.75):
        return solid("livery", color)
    return textured("livery", tx.painted_metal_texture(rng, 128, color, wear=between(rng, 0.0, 0.4)), 1.5)
