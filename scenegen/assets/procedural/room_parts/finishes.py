"""Finishes by role: what a part of a room is made of, mixed from the room's palette on first use.

A texture is the dear part of a room, so each role is made once per room and only where it is used.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scenegen.assets.mesh import Texture
from scenegen.assets.procedural import finish_base
from scenegen.assets.procedural import textures as tx
from scenegen.assets.procedural.finish_base import Finish, solid
from scenegen.assets.procedural.noise import Color, jitter_color, mix, shade_color
from scenegen.assets.procedural.room_parts.palette import Palette
from scenegen.seeding import Generator

Maker = Callable[[Generator, Palette], Finish]


def plain(name: str, color: Color, emission: float = 0.0) -> Finish:
    """A finish of one colour."""
    return replace(solid(name, color, emission), grained=True)


def lengthwise(name: str, texture: Texture, tile_m: float = 1.0, emission: float = 0.0) -> Finish:
    """A finish whose texture runs along the longest side of a part, as all do in rooms."""
    return finish_base.textured(name, texture, tile_m, grained=True, emission=emission)


def _pictures(rng: Generator, p: Palette) -> Finish:
    """One picture in the room's colours."""
    colors = tuple(rng.permutation(np.array([p.accent, p.accent2, p.cloth2, p.accent_wall, (0.85, 0.8, 0.7)])))
    pool: tuple[Color, ...] = tuple((float(c[0]), float(c[1]), float(c[2])) for c in colors)
    return lengthwise("picture", tx.painting_texture(rng, 256, pool))


def _upholstery(rng: Generator, p: Palette) -> Finish:
    """Sofa cloth or leather."""
    if rng.random() < 0.25:
        return lengthwise("leather", tx.leather_texture(rng, 256, p.cloth), 0.35)
    return lengthwise("upholstery", tx.fabric_texture(rng, 256, p.cloth), 0.3)


def _cushion(rng: Generator, p: Palette) -> Finish:
    """Patterned cloth of cushions and curtains."""
    kind = int(rng.integers(4))
    if kind == 0:
        return lengthwise(
            "striped cloth", tx.stripes_texture(rng, 256, (p.cloth2, p.accent, p.cloth2, p.accent2), count=3), 0.4
        )
    if kind == 1:
        return lengthwise("checked cloth", tx.checks_texture(rng, 256, p.cloth2, p.accent, count=2), 0.4)
    if kind == 2:
        return lengthwise("dotted cloth", tx.dots_texture(rng, 256, p.accent, p.cloth2), 0.35)
    return lengthwise("woven cloth", tx.fabric_texture(rng, 256, p.accent, threads=32), 0.3)


def _curtain(rng: Generator, p: Palette) -> Finish:
    """Plain or striped heavy cloth."""
    color = p.cloth2 if rng.random() < 0.6 else mix(p.accent2, p.cloth2, 0.4)
    if rng.random() < 0.3:
        return lengthwise("curtain", tx.stripes_texture(rng, 256, (color, shade_color(color, 0.8)), count=4), 0.5)
    return lengthwise("curtain", tx.fabric_texture(rng, 256, color), 0.4)


def _rug(rng: Generator, p: Palette) -> Finish:
    """A rug as one picture (fit it)."""
    return lengthwise("rug", tx.rug_texture(rng, 512, (p.accent, shade_color(p.cloth2, 1.05), p.accent2)))


def _counter(rng: Generator, p: Palette) -> Finish:
    """Worktop of stone or wood."""
    kind = int(rng.integers(3))
    if kind == 0:
        return lengthwise("worktop", tx.marble_texture(rng, 256), 0.9)
    if kind == 1:
        return lengthwise("worktop", tx.speckle_texture(rng, 256, (0.30, 0.30, 0.30), chips=30), 0.4)
    return lengthwise("worktop", tx.wood_texture(rng, 256, p.floor_wood), 0.6)


def _cabinet(rng: Generator, p: Palette) -> Finish:
    """Fronts of fitted cabinets: lacquered in one of the room's colours, or wood."""
    kind = int(rng.integers(4))
    if kind == 0:
        return lengthwise("cabinet", tx.wood_texture(rng, 256, p.wood), 0.7)
    color = (p.paint, p.accent_wall, mix(p.accent2, p.paint, 0.25))[kind - 1]
    return lengthwise("cabinet", tx.painted_wood_texture(rng, 256, color), 0.7)


def _bedding(rng: Generator, p: Palette) -> Finish:
    """Duvet cover."""
    base = mix(p.cloth2, (0.93, 0.92, 0.9), float(rng.uniform(0.2, 0.9)))
    kind = int(rng.integers(3))
    if kind == 0:
        return lengthwise("bedding", tx.stripes_texture(rng, 256, (base, mix(base, p.accent2, 0.6)), count=3), 0.5)
    if kind == 1:
        return lengthwise("bedding", tx.checks_texture(rng, 256, base, p.accent2, count=2), 0.5)
    return lengthwise("bedding", tx.fabric_texture(rng, 256, base, strength=0.6), 0.35)


def wall_tiles(rng: Generator, p: Palette) -> Finish:
    """Tiles: square, metro bond or small mosaic."""
    white: Color = (0.90, 0.90, 0.88)
    color = jitter_color(rng, (white, mix(p.accent2, white, 0.5), p.wall)[int(rng.integers(3))], 0.05)
    grout = shade_color(color, float(rng.choice([0.72, 0.85, 0.55])))
    style = int(rng.integers(3))
    if style == 0:
        return lengthwise(
            "metro tiles", tx.tiles_texture(rng, 512, color, grout, columns=4, rows=8, offset=0.5, joint=0.01), 0.8
        )
    if style == 1:
        texture = tx.tiles_texture(
            rng, 512, color, grout, columns=12, rows=12, second=shade_color(color, 0.88), joint=0.010
        )
        return lengthwise("mosaic", texture, 0.6)
    texture = tx.tiles_texture(rng, 512, color, grout, columns=4, rows=4, joint=0.010)
    return lengthwise("wall tiles", texture, float(rng.uniform(0.6, 0.9)))


_MAKERS: dict[str, Maker] = {
    "wood": lambda r, p: lengthwise("wood", tx.wood_texture(r, 256, p.wood, figure=float(r.uniform(0.6, 1.2))), 0.6),
    "wood2": lambda r, p: lengthwise(
        "second wood", tx.wood_texture(r, 256, mix(p.floor_wood, p.wood, 0.3), rings=8), 0.6
    ),
    "paint": lambda r, p: lengthwise("lacquer", tx.painted_wood_texture(r, 256, p.paint), 0.7),
    "color": lambda r, p: lengthwise("coloured lacquer", tx.painted_wood_texture(r, 256, p.accent2), 0.7),
    "cabinet": _cabinet,
    "counter": _counter,
    "cloth": _upholstery,
    "cushion": _cushion,
    "cloth2": lambda r, p: lengthwise("second cloth", tx.fabric_texture(r, 256, p.cloth2, threads=48), 0.3),
    "seat": lambda r, p: lengthwise(
        "seat cloth", tx.fabric_texture(r, 256, mix(p.cloth, p.accent2, 0.5), threads=40), 0.25
    ),
    "linen": lambda r, p: lengthwise("linen", tx.fabric_texture(r, 256, (0.90, 0.89, 0.86), strength=0.5), 0.3),
    "bedding": _bedding,
    "curtain": _curtain,
    "rug": _rug,
    "wicker": lambda r, p: lengthwise("wicker", tx.woven_texture(r, 256, (0.70, 0.56, 0.38), (0.55, 0.42, 0.27)), 0.2),
    "books": lambda r, p: lengthwise("books", tx.book_spines_texture(r, 512, count=18)),
    "leaf": lambda r, p: lengthwise(
        "leaf", tx.foliage_texture(r, 128, tuple(r.uniform((0.16, 0.32, 0.12), (0.3, 0.46, 0.22))))
    ),
    "screen": lambda r, p: lengthwise("screen", tx.screen_texture(r, 256), emission=0.6),
    "outdoors": lambda r, p: lengthwise(
        "outdoors", tx.outdoors_texture(r, 384, storey=float(r.uniform(0.3, 0.6))), emission=1.0
    ),
    "cork": lambda r, p: lengthwise("cork", tx.cork_texture(r, 256), 0.4),
    "label": lambda r, p: lengthwise("packaging", tx.label_texture(r, 256, p.accent, p.cloth2)),
    "carton": lambda r, p: lengthwise("carton", tx.fabric_texture(r, 128, (0.66, 0.52, 0.36), strength=0.35), 0.2),
    "tool": lambda r, p: lengthwise(
        "enamel", tx.painted_metal_texture(r, 256, mix(p.accent, (0.4, 0.4, 0.4), 0.3)), 0.6
    ),
    "steel": lambda r, p: lengthwise("steel", tx.brushed_metal_texture(r, 256), 0.5),
    "metal": lambda r, p: plain("metal", p.metal),
    "chrome": lambda r, p: plain("chrome", (0.72, 0.73, 0.75)),
    "black": lambda r, p: plain("black plastic", (0.10, 0.10, 0.105)),
    "dark": lambda r, p: plain("dark grey", (0.22, 0.22, 0.23)),
    "ceramic": lambda r, p: plain("ceramic", (0.91, 0.91, 0.90)),
    "glaze": lambda r, p: plain("glaze", p.accent),
    "glaze2": lambda r, p: plain("second glaze", p.accent2),
    "white": lambda r, p: plain("white", (0.90, 0.90, 0.88)),
    "paper": lambda r, p: plain("paper", (0.86, 0.83, 0.75)),
    "accent": lambda r, p: plain("accent", p.accent),
    "shade": lambda r, p: plain("lamp shade", mix(p.cloth2, (1, 0.95, 0.85), 0.7), 0.55),
    "bulb": lambda r, p: plain("lamp", (1.0, 0.97, 0.9), 1.0),
    "soil": lambda r, p: plain("soil", (0.20, 0.15, 0.11)),
    "splash": wall_tiles,
    "bathpanel": wall_tiles,
    "sill": lambda r, p: lengthwise("sill", tx.marble_texture(r, 128), 0.6),
    "frosted": lambda r, p: plain("frosted glass", (0.78, 0.82, 0.82), 0.35),
    "mirror": lambda r, p: plain("mirror", (0.72, 0.76, 0.78)),
    "glass": lambda r, p: plain("dark glass", (0.06, 0.065, 0.07)),
}


IN_ROOMS: dict[str, tuple[str, ...]] = {
    "frame": ("wood", "wood", "wood2", "metal"),
    "metal": ("metal", "metal", "black", "chrome"),
    "steel": ("metal",),
    "stone": ("sill",),
    "carcass": ("wood", "paint", "wood2", "color"),
    "lacquer": ("paint", "paint", "color"),
    "office": ("tool", "paint", "dark"),
    "top": ("wood", "wood", "wood2", "paint"),
    "drum": ("wood", "wood2", "wicker", "color"),
    "plank": ("wood", "wood2"),
    "slats": ("wood",),
    "iron": ("black",),
    "shell": ("white", "glaze", "glaze2", "dark", "wood"),
    "cover": ("cloth",),
    "cloth": ("cushion", "cushion", "cloth2"),
    "seam": ("cloth2", "cloth"),
    "straw": ("wicker",),
    "webbing": ("seat", "black", "wicker"),
    "bed": ("wood", "wood", "paint", "cloth"),
    "headboard": ("cloth", "cloth2"),
    "box": ("wicker", "carton", "cloth2", "color"),
    "card": ("paper",),
    "grip": ("metal",),
    "knob": ("metal",),
    "rubber": ("black",),
    "vase": ("glaze", "glaze2", "ceramic", "dark", "white"),
    "lamp": ("glaze", "glaze2", "wood", "ceramic"),
    "foot": ("metal", "wood", "glaze2"),
    "stand": ("metal", "metal", "wood"),
    "lantern": ("black", "metal", "wood"),
    "head": ("metal", "accent", "dark", "white"),
    "lampshade": ("shade",),
    "glow": ("bulb",),
    "flame": ("bulb",),
    "wax": ("shade",),
    "opal": ("shade",),
    "reflector": ("white",),
}
"""Which of the roles above are taken for a role of `procedural.roles`; one that is not here has the same name there."""


class RoomFinishes:
    """The finishes of one room, made on first use in a fixed order of use."""

    def __init__(self, rng: Generator, palette: Palette) -> None:
        self._rng, self.palette = rng, palette
        self._made: dict[str, Finish] = {}

    def __call__(self, role: str) -> Finish:
        """The finish of a role: a name of the list above, or one given by `set`."""
        if role not in self._made:
            base = role.split(":")[0]
            maker = _pictures if base == "picture" else _MAKERS[base]
            self._made[role] = maker(self._rng, self.palette)
        return self._made[role]

    def set(self, role: str, finish: Finish) -> None:
        """Decide a role from outside (walls, floor)."""
        self._made[role] = finish
