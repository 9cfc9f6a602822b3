"""Seats and beds of rooms: the builders of `chairs`, `benches`, `upholstered` and `beds`, as items."""

from scenegen.assets.procedural import beds, benches, chairs, upholstered
from scenegen.assets.procedural.room_parts.furniture import furniture
from scenegen.assets.procedural.room_parts.kit import Item, Kit


def room_sofa(kit: Kit, seats: int = 3) -> Item:
    """Upholstered sofa or, of one seat, armchair."""
    return furniture(kit, "sofa", upholstered.couch, seats)


def armchair(kit: Kit) -> Item:
    """A seat of its own: of the sofa's kind, or a tub."""
    return furniture(kit, "sofa", chairs.tub) if kit.chance(0.25) else room_sofa(kit, 1)


def room_chair(kit: Kit) -> Item:
    """Chair for a table."""
    return furniture(kit, "chair", chairs.dining_chair)


def office_chair(kit: Kit) -> Item:
    """Swivel chair."""
    return furniture(kit, "chair", chairs.swivel_chair, metal=kit.pick("black", "dark", "chrome"))


def room_stool(kit: Kit, height: float = 0.46) -> Item:
    """Stool for a bench."""
    return furniture(kit, "chair", chairs.stool, height)


def room_pouf(kit: Kit) -> Item:
    """Round cushion to sit on."""
    return furniture(kit, "chair", upholstered.pouf, kit.between(0.22, 0.32), kit.between(0.3, 0.4))


def room_bench(kit: Kit, width: float = 1.1) -> Item:
    """Low bench, wooden or padded."""
    return furniture(kit, "chair", kit.pick(benches.plank_bench, benches.padded_bench), width)


def room_bed(kit: Kit, width: float = 1.6) -> Item:
    """Bed with its head at the wall."""
    return furniture(kit, "bed", beds.bed, width)
