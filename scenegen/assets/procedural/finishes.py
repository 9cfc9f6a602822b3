"""Finishes: what the parts of objects are made of, drawn at random in believable colours.

A finish is a material with the length that one tile of its texture covers. About a third are plain.
"""

import colorsys
from dataclasses import dataclass

from scenegen.assets.mesh import Material, Texture
from scenegen.assets.procedural import textures as tx
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.textures import Color
from scenegen.seeding import Generator

WOODS: tuple[Color, ...] = (
    (0.72, 0.55, 0.37), (0.58, 0.40, 0.25), (0.42, 0.27, 0.17), (0.80, 0.67, 0.49), (0.30, 0.20, 0.14),
    (0.52, 0.28, 0.17), (0.64, 0.53, 0.41), (0.86, 0.76, 0.60),
)  # fmt: skip
CLOTHS: tuple[Color, ...] = (
    (0.62, 0.58, 0.51), (0.42, 0.44, 0.47), (0.24, 0.32, 0.44), (0.55, 0.25, 0.22), (0.36, 0.43, 0.33), (0.76, 0.62, 0.35),
    (0.78, 0.74, 0.67), (0.27, 0.27, 0.29), (0.20, 0.42, 0.44), (0.58, 0.40, 0.46), (0.70, 0.44, 0.29), (0.48, 0.55, 0.63),
)  # fmt: skip
PAINTS: tuple[Color, ...] = (
    (0.88, 0.87, 0.84), (0.16, 0.17, 0.18), (0.70, 0.13, 0.12), (0.13, 0.29, 0.52), (0.85, 0.66, 0.14), (0.20, 0.43, 0.28),
    (0.55, 0.57, 0.59), (0.80, 0.42, 0.12), (0.36, 0.60, 0.68), (0.52, 0.14, 0.22), (0.66, 0.76, 0.62), (0.90, 0.78, 0.72),
)  # fmt: skip
HIDES: tuple[Color, ...] = (
    (0.36, 0.21, 0.13), (0.14, 0.12, 0.12), (0.55, 0.34, 0.19), (0.72, 0.66, 0.56), (0.42, 0.13, 0.12), (0.23, 0.27, 0.29),
)  # fmt: skip
GLAZES: tuple[Color, ...] = (
    (0.90, 0.88, 0.83), (0.22, 0.36, 0.52), (0.66, 0.33, 0.22), (0.44, 0.55, 0.47), (0.85, 0.72, 0.42), (0.25, 0.25, 0.27),
    (0.72, 0.80, 0.83), (0.58, 0.24, 0.27), (0.78, 0.62, 0.52), (0.16, 0.42, 0.42),
)  # fmt: skip


@dataclass(frozen=True)
class Finish:
    """A material and the size of its texture."""

    material: Material
    tile_m: float = 1.0
    """Length in metres that one texture tile covers."""
    grained: bool = False
    """Whether the texture has a direction (wood): u then runs along the longest side of a part."""


def solid(name: str, color: Color, emission: float = 0.0) -> Finish:
    """A finish of one colour."""
    return Finish(Material(name, color, emission=emission))


def near(rng: Generator, name: str, color: Color, spread: float = 0.06, emission: float = 0.0) -> Finish:
    """A plain finish of about this colour."""
    return solid(name, tx.jitter(rng, color, spread), emission)


def textured(name: str, texture: Texture, tile_m: float, grained: bool = False, emission: float = 0.0) -> Finish:
    """A finish with a texture."""
    return Finish(Material(name, texture=texture, emission=emission), tile_m, grained)


def vivid(rng: Generator, saturation: float = 0.6, value: float = 0.75) -> Color:
    """Any hue, of about this saturation and value."""
    h, s, v = float(rng.random()), saturation * between(rng, 0.7, 1.2), value * between(rng, 0.75, 1.2)
    return colorsys.hsv_to_rgb(h, min(s, 1.0), min(v, 0.95))


def _tone(rng: Generator, palette: tuple[Color, ...]) -> Color:
    """A colour near one of a palette."""
    return tx.jitter(rng, palette[int(rng.integers(len(palette)))], 0.12)


def wood(rng: Generator) -> Finish:
    """Oiled or stained wood."""
    color, figure = _tone(rng, WOODS), between(rng, 0.6, 1.3)
    return textured("wood", tx.wood(rng, 256, color, rings=int(rng.integers(4, 11)), figure=figure), 0.6, True)


def painted(rng: Generator) -> Finish:
    """Paint on metal or wood, plain or with wear."""
    color = _tone(rng, PAINTS)
    if chance(rng, 0.5):
        return solid("paint", color)
    return textured("paint", tx.painted_metal(rng, 128, color, wear=between(rng, 0.0, 0.5)), 0.5)


def lacquer(rng: Generator) -> Finish:
    """Painted wood in quiet colours."""
    color = tx.jitter(rng, pick(rng, *PAINTS[:2], *PAINTS[6:7], *PAINTS[8:], (0.86, 0.84, 0.78)), 0.1)
    return textured("lacquer", tx.painted_wood(rng, 128, color), 0.6, True)


def frame(rng: Generator) -> Finish:
    """What the frame of a piece of furniture is made of."""
    return pick(rng, wood, wood, lacquer, steel, dark, painted)(rng)


def carcass(rng: Generator) -> Finish:
    """What the body of a cupboard is made of."""
    return pick(rng, wood, wood, lacquer, lacquer, painted)(rng)


def upholstery(rng: Generator) -> Finish:
    """Cloth of seats: woven, striped, checked, dotted or plain."""
    color, second = _tone(rng, CLOTHS), _tone(rng, CLOTHS)
    kind = int(rng.integers(9))
    if kind == 0:
        return textured("cloth", tx.stripes(rng, 128, (color, second, color)), between(rng, 0.3, 0.6))
    if kind == 1:
        return textured("cloth", tx.checks(rng, 128, color, second), between(rng, 0.3, 0.5))
    if kind == 2:
        return textured("cloth", tx.dots(rng, 128, color, second), between(rng, 0.25, 0.45))
    if kind == 3:
        return textured("tweed", tx.woven(rng, 128, color, tx.shade(color, 0.6)), 0.12)
    if kind == 4:
        return solid("felt", color)
    return textured("cloth", tx.fabric(rng, 128, color, threads=32), 0.12)


def bedding(rng: Generator) -> Finish:
    """Light cloth for beds: plain, striped, checked, dotted, or a leaf print."""
    light, color = tx.jitter(rng, (0.86, 0.84, 0.79), 0.08), _tone(rng, CLOTHS)
    kind = int(rng.integers(5))
    if kind == 0:
        return textured("bedding", tx.stripes(rng, 128, (light, color)), 0.5)
    if kind == 1:
        return textured("bedding", tx.checks(rng, 128, light, color), 0.4)
    if kind == 2:
        return textured("bedding", tx.dots(rng, 128, light, color), 0.4)
    if kind == 3:
        motif = pick(rng, "leaf", "damask")
        return textured("bedding", tx.wallpaper(rng, 128, light, color, motif=motif), 0.7)
    return textured("bedding", tx.fabric(rng, 128, pick(rng, light, color), threads=32), 0.15)


def leather(rng: Generator) -> Finish:
    """Grained leather."""
    return textured("leather", tx.leather(rng, 128, _tone(rng, HIDES)), 0.16)


def straw(rng: Generator) -> Finish:
    """Rattan, cane, paper cord or webbing."""
    color = tx.jitter(
        rng, pick(rng, (0.72, 0.57, 0.36), (0.55, 0.39, 0.23), (0.82, 0.73, 0.56), (0.30, 0.24, 0.2)), 0.1
    )
    return textured("straw", tx.woven(rng, 128, color, tx.shade(color, between(rng, 0.5, 0.8)), strands=8), 0.12)


def steel(rng: Generator) -> Finish:
    """Bare metal: bright, brushed, or brass."""
    color = pick(rng, (0.72, 0.73, 0.74), (0.60, 0.61, 0.63), (0.72, 0.60, 0.36))
    if chance(rng, 0.6):
        return near(rng, "metal", color, 0.08)
    return textured("metal", tx.brushed_metal(rng, 128, tx.jitter(rng, color, 0.08)), 0.3, True)


def dark(rng: Generator) -> Finish:
    """Black plastic or iron."""
    return near(rng, "dark", pick(rng, (0.10, 0.10, 0.11), (0.17, 0.17, 0.18)), 0.15)


def rubber(rng: Generator) -> Finish:
    """Tyres and feet."""
    return near(rng, "rubber", (0.09, 0.09, 0.095), 0.15)


def plastic(rng: Generator) -> Finish:
    """Moulded plastic, any colour, plain or with a faint mottle."""
    color = pick(rng, _tone(rng, PAINTS), vivid(rng))
    if chance(rng, 0.6):
        return solid("plastic", color)
    return textured("plastic", tx.painted_wood(rng, 128, color), 0.3)


def casing(rng: Generator) -> Finish:
    """The casing of a device: grey, black, white, seldom coloured; plain or brushed."""
    color = pick(
        rng, (0.13, 0.13, 0.14), (0.30, 0.31, 0.33), (0.80, 0.80, 0.79), (0.66, 0.67, 0.68), vivid(rng, 0.45, 0.6)
    )
    if chance(rng, 0.5):
        return near(rng, "casing", color, 0.08)
    return textured("casing", tx.brushed_metal(rng, 128, tx.jitter(rng, color, 0.08)), 0.3, True)


def enamel(rng: Generator) -> Finish:
    """The casing of a kitchen appliance: white, steel, black or a retro colour."""
    if chance(rng, 0.25):
        return textured("steel", tx.brushed_metal(rng, 128, tx.jitter(rng, (0.62, 0.63, 0.64), 0.06)), 0.5, True)
    color = pick(rng, (0.90, 0.90, 0.88), (0.90, 0.90, 0.88), (0.20, 0.20, 0.21), _tone(rng, PAINTS))
    if chance(rng, 0.4):
        return near(rng, "enamel", color, 0.04)
    return textured("enamel", tx.painted_metal(rng, 128, color, wear=0.0), 0.6)


def glazed(rng: Generator) -> Finish:
    """Glazed earthenware: plain, speckled, striped, dotted, checked or marbled."""
    color, second = _tone(rng, GLAZES), _tone(rng, GLAZES)
    kind = int(rng.integers(8))
    if kind == 0:
        return textured("glaze", tx.speckle(rng, 128, color, amount=0.15), 0.12)
    if kind == 1:
        return textured("glaze", tx.stripes(rng, 128, (color, second), count=pick(rng, 3, 5, 8)), 0.1)
    if kind == 2:
        return textured("glaze", tx.dots(rng, 128, color, second, count=4), 0.08)
    if kind == 3:
        return textured("glaze", tx.wallpaper(rng, 128, color, second, motif=pick(rng, "leaf", "damask")), 0.12)
    if kind == 4:
        return textured("glaze", tx.marble(rng, 128, color, second), 0.2)
    if kind == 5:
        return textured("glaze", tx.painted_metal(rng, 128, color, wear=0.0), 0.15)
    return solid("glaze", color)


def glazed_plain(rng: Generator) -> Finish:
    """Glazed earthenware of one colour."""
    return solid("glaze", _tone(rng, GLAZES))


def terracotta(rng: Generator) -> Finish:
    """Flower-pot clay."""
    color = tx.jitter(rng, (0.66, 0.38, 0.26), 0.12)
    return textured("terracotta", tx.plaster(rng, 128, color, roughness=2.5), 0.25)


def stone(rng: Generator) -> Finish:
    """Marble, terrazzo or concrete."""
    if chance(rng, 0.4):
        return textured("marble", tx.marble(rng, 128, pick(rng, (0.87, 0.86, 0.84), (0.24, 0.25, 0.26))), 0.7)
    if chance(rng, 0.5):
        return textured("terrazzo", tx.speckle(rng, 128, _tone(rng, CLOTHS)), 0.3)
    return textured("concrete", tx.concrete(rng, 128), 0.8)


def brick(rng: Generator) -> Finish:
    """Brickwork, red, yellow or grey."""
    color = tx.jitter(rng, pick(rng, (0.58, 0.33, 0.25), (0.70, 0.58, 0.40), (0.50, 0.48, 0.46)), 0.1)
    return textured("brick", tx.brick(rng, 128, color), 0.9)


def glass(rng: Generator) -> Finish:
    """Dark, opaque glass: window panes and screens that are off."""
    return near(rng, "glass", pick(rng, (0.10, 0.12, 0.15), (0.16, 0.21, 0.25), (0.12, 0.17, 0.17)), 0.1)


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
    color = tx.jitter(rng, pick(rng, *tints), 0.15)
    return (
        textured("preserve", tx.speckle(rng, 128, color, chips=14), 0.1)
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
    color = pick(rng, vivid(rng, 0.7, 0.6), _tone(rng, PAINTS))
    paper = pick(rng, (0.92, 0.90, 0.85), (0.95, 0.88, 0.68), tx.shade(color, 0.35))
    return textured("label", tx.label(rng, 128, color, paper), 1.0)


def picture(rng: Generator) -> Finish:
    """An abstract picture, to be fitted to [0, 1]."""
    return textured("picture", tx.painting(rng, 128, (vivid(rng, 0.4), vivid(rng), _tone(rng, PAINTS))), 1.0)


def screen(rng: Generator) -> Finish:
    """A lit screen, to be fitted to [0, 1]."""
    return textured("screen", tx.screen(rng, 128), 1.0, emission=0.5)


def books(rng: Generator) -> Finish:
    """A row of spines, to be fitted to [0, 1] or repeated."""
    return textured("books", tx.book_spines(rng, 256), 0.5)


def leaf(rng: Generator) -> Finish:
    """Green leaves."""
    color = tx.jitter(
        rng, pick(rng, (0.24, 0.42, 0.17), (0.35, 0.50, 0.24), (0.18, 0.34, 0.20), (0.45, 0.52, 0.40)), 0.12
    )
    return textured("leaf", tx.foliage(rng, 128, color), 0.08) if chance(rng, 0.6) else solid("leaf", color)


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


def lampshade(rng: Generator) -> Finish:
    """A shade that glows a little: cloth, paper, or coloured."""
    color = tx.jitter(
        rng,
        pick(rng, (0.93, 0.87, 0.74), (0.90, 0.90, 0.87), (0.80, 0.55, 0.40), (0.55, 0.65, 0.62), (0.75, 0.3, 0.26)),
        0.08,
    )
    if chance(rng, 0.35):
        return solid("shade", color, between(rng, 0.2, 0.5))
    maker = (
        tx.stripes(rng, 128, (color, tx.shade(color, 0.85)))
        if chance(rng, 0.3)
        else tx.fabric(rng, 128, color, threads=32)
    )
    return textured("shade", maker, 0.15, emission=between(rng, 0.2, 0.5))


def glow(rng: Generator, color: Color = (1.0, 0.95, 0.82)) -> Finish:
    """A lamp that is on."""
    return near(rng, "glow", color, 0.02, emission=0.9)


def livery(rng: Generator) -> Finish:
    """Vehicle paint: plain, or slightly weathered."""
    color = pick(rng, _tone(rng, PAINTS), _tone(rng, PAINTS), vivid(rng, 0.7, 0.6))
    if chance(rng, 0.75):
        return solid("livery", color)
    return textured("livery", tx.painted_metal(rng, 128, color, wear=between(rng, 0.0, 0.4)), 1.5)
