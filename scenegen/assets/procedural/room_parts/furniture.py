"""Furniture and things as their builders give them, in a room: of its finishes, in its frame, labelled and measured."""

from collections.abc import Callable

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural.labels import tag_rest
from scenegen.assets.procedural.roles import Finishes, kept
from scenegen.assets.procedural.room_parts.finishes import IN_ROOMS
from scenegen.assets.procedural.room_parts.kit import Item, Kit, shifted

Builder = Callable[..., list[Mesh]]


def suited(kit: Kit, **given: str) -> Finishes:
    """The room's finishes for one piece; some roles may be `given`."""
    return kept(lambda role: kit.finishes(given.get(role) or kit.pick(*IN_ROOMS.get(role, (role,)))))


def made(kit: Kit, build: Builder, *measures: object, **given: str) -> list[Mesh]:
    """Parts of a builder for the room, in its frame."""
    return to_room(kit, build(kit.rng, suited(kit, **given), *measures))


def to_room(kit: Kit, parts: list[Mesh]) -> list[Mesh]:
    """Parts turned from the builders' frame to the room's, textures slid so that no two boards show the same patch."""
    return shifted([p if p.face_label is not None else kit.slide(p) for p in parts], 0, 0, 0, np.pi)


def thing(kit: Kit, label: str, build: Builder, *measures: object) -> list[Mesh]:
    """Something that is put on furniture or on the floor, its foot at the origin."""
    return tag_rest(label, made(kit, build, *measures))


def furniture(kit: Kit, label: str, build: Builder, *measures: object, **given: str) -> Item:
    """A piece of furniture with its back at y = 0, as wide, deep and high as its parts are."""
    return stood(label, made(kit, build, *measures, **given))


def stood(label: str, parts: list[Mesh]) -> Item:
    """Parts in the room's frame as an item: moved so that x = 0 is the middle of their box, y = 0 its back."""
    low, high = (f([f(p.vertices, axis=0) for p in parts], axis=0).astype(float) for f in (np.min, np.max))
    width, depth, height = float(high[0] - low[0]), float(high[1] - low[1]), float(high[2])
    at_wall = shifted(parts, -(low[0] + high[0]) / 2, -low[1], 0)
    return Item(tuple(tag_rest(label, at_wall)), width, depth, height)
