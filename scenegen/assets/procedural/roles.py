"""What furniture is made of, by role: a builder asks for the finish of a frame, a seat, a shade, and is told which.

A builder of furniture is a function of a generator, of these finishes and of the measures that are dictated to it; it
gives parts in metres, +Z up from the floor at z = 0, front along -Y, centred about x = 0. For the object library a role
is one of several finishes drawn at random; in a room it is one of the room's own (`room_parts.finishes`).
"""

from collections.abc import Callable
from functools import cache
from typing import Protocol

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural.draws import pick
from scenegen.assets.procedural.finishes import Finish
from scenegen.seeding import Generator

Parts = list[Mesh]
Size = tuple[float, float, float]
"""Width, depth, height."""
Span = tuple[float, float]
Maker = Callable[[Generator], Finish]


class Finishes(Protocol):
    """Finishes by role."""

    def __call__(self, role: str, /) -> Finish:
        """The finish of a role, a name of `ROLES`."""
        ...


ROLES: dict[str, tuple[Maker, ...]] = {
    "wood": (fin.wood,),
    "frame": (fin.frame,),
    "metal": (fin.steel, fin.dark, fin.painted),
    "steel": (fin.steel,),
    "dark": (fin.dark,),
    "stone": (fin.stone,),
    "carcass": (fin.carcass,),
    "lacquer": (fin.lacquer,),
    "office": (fin.casing, fin.painted, fin.enamel, fin.wood),
    "top": (fin.wood, fin.wood, fin.wood, fin.lacquer, fin.stone, fin.glass),
    "drum": (fin.wood, fin.stone, fin.straw, fin.painted),
    "plank": (fin.wood, fin.stone, fin.painted),
    "slats": (fin.wood, fin.painted),
    "iron": (fin.dark, fin.painted, fin.stone),
    "shell": (fin.plastic, fin.plastic, fin.wood, fin.upholstery),
    "cover": (fin.upholstery, fin.upholstery, fin.leather),
    "seat": (fin.upholstery, fin.leather),
    "cloth": (fin.upholstery,),
    "seam": (fin.upholstery,),
    "straw": (fin.straw,),
    "webbing": (fin.leather, fin.straw, fin.upholstery),
    "bed": (fin.wood, fin.wood, fin.lacquer, fin.dark, fin.upholstery),
    "headboard": (fin.upholstery,),
    "bedding": (fin.bedding,),
    "linen": (lambda rng: fin.solid("sheet", (0.90, 0.89, 0.86)),),
    "box": (fin.upholstery,),
    "books": (fin.books,),
    "card": (lambda rng: fin.solid("card", (0.92, 0.90, 0.84)),),
    "grip": (fin.steel, fin.dark),
    "knob": (lambda rng: fin.solid("knob", (0.6, 0.55, 0.42)),),
    "rubber": (fin.rubber,),
    "vase": (fin.glazed,),
    "lamp": (fin.glazed, fin.glazed, fin.wood, fin.steel, fin.painted),
    "foot": (fin.steel, fin.wood, fin.stone, fin.painted),
    "stand": (fin.steel, fin.dark, fin.wood),
    "lantern": (fin.dark, fin.steel, fin.painted, fin.wood),
    "head": (fin.painted, fin.steel, fin.lampshade),
    "lampshade": (fin.lampshade,),
    "glow": (fin.glow,),
    "flame": (lambda rng: fin.glow(rng, (1.0, 0.8, 0.4)),),
    "wax": (lambda rng: fin.solid("wax", (0.92, 0.87, 0.74), 0.2),),
    "opal": (lambda rng: fin.solid("opal", (0.95, 0.91, 0.82), float(rng.uniform(0.45, 0.8))),),
    "reflector": (lambda rng: fin.solid("reflector", (0.9, 0.89, 0.85), 0.4),),
}
"""What a role is drawn from for an object, all equally likely."""


def kept(choose: Callable[[str], Finish]) -> Finishes:
    """Finishes of one piece: `choose` decides a role when it is first asked for, and it stays what it is."""
    return cache(choose)


def drawn(rng: Generator) -> Finishes:
    """Finishes for one object, at random."""
    return kept(lambda role: pick(rng, *ROLES[role])(rng))


def as_object(build: Callable[[Generator, Finishes], Parts]) -> Callable[[Generator], Parts]:
    """A builder of furniture with finishes drawn at random, as a category of objects has it."""
    return lambda rng: build(rng, drawn(rng))
