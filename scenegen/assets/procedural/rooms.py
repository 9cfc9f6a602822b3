"""The built-in rooms: furnished, closed, textured, a pure function of their id."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from scenegen.assets.mesh import Mesh, concatenate
from scenegen.assets.procedural.labels import LABELS
from scenegen.assets.procedural.room_parts import fittings, recipes, surfaces, work_recipes
from scenegen.assets.procedural.room_parts.finishes import RoomFinishes
from scenegen.assets.procedural.room_parts.kit import Kit
from scenegen.assets.procedural.room_parts.layout import FurnitureLayout
from scenegen.assets.procedural.room_parts.palette import draw_palette
from scenegen.assets.procedural.room_parts.plan import FloorPlan, draw_openings, draw_plan
from scenegen.assets.procedural.room_parts.shell import ShellStyle, build_shell
from scenegen.assets.source import Room, hashed_split
from scenegen.errors import AssetError
from scenegen.seeding import Stage, generator, stable_key

VERSION = "rooms-2"
"""Changes whenever the same id would give another room."""
COUNT = 96

Span = tuple[float, float]
Furnish = Callable[[FurnitureLayout, Kit], None]


@dataclass(frozen=True)
class RoomKind:
    """What a kind of room is like; choices of finishes are written "a|b|c", repeated ones are likelier."""

    name: str
    width_m: Span
    depth_m: Span
    height_m: Span
    windows: int
    walls: str
    floors: str
    panel: str
    dado: float
    """Probability of a panelled or tiled lower wall."""
    curtains: bool
    furnish: Furnish


_HOME_WALLS = "plaster|plaster|plaster|plaster|leaf|stripe|damask|grass"
_WOODEN = "planks|planks|herringbone|basket"

KINDS: tuple[RoomKind, ...] = (
    RoomKind(
        "living room",
        (4.6, 7.0),
        (4.0, 5.6),
        (2.5, 3.1),
        2,
        _HOME_WALLS,
        _WOODEN + "|carpet",
        "boards|paint",
        0.15,
        True,
        recipes.living,
    ),
    RoomKind(
        "bedroom",
        (3.8, 5.2),
        (3.5, 4.6),
        (2.4, 2.8),
        1,
        _HOME_WALLS,
        _WOODEN + "|carpet|carpet",
        "boards|paint",
        0.15,
        True,
        recipes.bedroom,
    ),
    RoomKind(
        "office",
        (4.6, 7.2),
        (4.2, 5.8),
        (2.6, 3.1),
        2,
        "plaster|plaster|concrete|brick",
        "carpet|carpet|planks|screed|tiles",
        "paint",
        0.1,
        False,
        work_recipes.office,
    ),
    RoomKind(
        "kitchen",
        (3.8, 5.4),
        (3.4, 4.6),
        (2.4, 2.9),
        1,
        "plaster|plaster|plaster|tiles",
        "tiles|tiles|chequer|planks|terrazzo",
        "tiles|boards",
        0.4,
        False,
        work_recipes.kitchen_room,
    ),
    RoomKind(
        "dining room",
        (4.2, 6.0),
        (3.8, 5.0),
        (2.5, 3.2),
        2,
        _HOME_WALLS,
        _WOODEN + "|marble",
        "boards|boards|paint",
        0.4,
        True,
        recipes.dining,
    ),
    RoomKind(
        "study",
        (3.8, 5.4),
        (3.5, 4.8),
        (2.5, 3.2),
        1,
        _HOME_WALLS + "|brick",
        _WOODEN + "|carpet",
        "boards",
        0.3,
        True,
        recipes.study,
    ),
    RoomKind(
        "bathroom",
        (3.5, 4.6),
        (3.2, 4.0),
        (2.4, 2.8),
        1,
        "plaster|tiles",
        "tiles|chequer|terrazzo|marble",
        "tiles",
        0.75,
        False,
        work_recipes.bath_room,
    ),
    RoomKind(
        "child's room",
        (3.6, 5.0),
        (3.4, 4.6),
        (2.4, 2.8),
        1,
        _HOME_WALLS,
        "planks|planks|carpet|carpet",
        "boards|paint",
        0.3,
        True,
        recipes.child,
    ),
    RoomKind(
        "meeting room",
        (5.2, 7.6),
        (4.2, 5.4),
        (2.6, 3.2),
        2,
        "plaster|plaster|boards|concrete",
        "carpet|carpet|planks|screed",
        "paint|boards",
        0.15,
        False,
        work_recipes.meeting,
    ),
    RoomKind(
        "workshop",
        (4.8, 7.4),
        (4.0, 5.6),
        (2.7, 3.4),
        1,
        "brick|concrete|plaster|plaster",
        "screed|screed|tiles|planks",
        "paint",
        0.2,
        False,
        work_recipes.workshop,
    ),
    RoomKind(
        "hallway",
        (4.0, 6.5),
        (3.0, 3.9),
        (2.5, 3.3),
        1,
        _HOME_WALLS,
        "chequer|tiles|terrazzo|herringbone|marble|planks",
        "boards|paint",
        0.45,
        True,
        recipes.hallway,
    ),
    RoomKind(
        "laundry",
        (3.6, 5.2),
        (3.2, 4.2),
        (2.4, 2.8),
        1,
        "plaster|plaster|tiles",
        "tiles|chequer|terrazzo|screed",
        "tiles|paint",
        0.5,
        False,
        work_recipes.laundry,
    ),
)


@dataclass(frozen=True)
class ProceduralRooms:
    """A `RoomSource` of built-in rooms: no files, no downloads, the same on every machine."""

    count: int = COUNT
    name: str = "procedural"
    license: str = "scenegen built-in, CC0"

    def ids(self) -> tuple[str, ...]:
        """All room ids, sorted: "room_000", "room_001", ..."""
        return tuple(f"room_{k:03d}" for k in range(self.count))

    def kind(self, room_id: str) -> str:
        """What kind of room it is: "kitchen", "bedroom", ... Raises AssetError for an unknown id."""
        return KINDS[self._index(room_id) % len(KINDS)].name

    @property
    def baked_light(self) -> bool:
        """The rooms are lit when they are photographed."""
        return False

    def in_order(self, shuffled: tuple[str, ...]) -> tuple[str, ...]:
        """The rooms by number: the first ones show every kind."""
        return tuple(sorted(shuffled))

    def listed_split(self, room_id: str) -> str:
        """Train or val, by a stable hash of the id: no two ids give one room."""
        return hashed_split(room_id)

    def split(self, room_id: str) -> str:
        """The same."""
        return self.listed_split(room_id)

    def digest(self, room_id: str) -> str:
        """sha256 of the generator's version and the id."""
        return hashlib.sha256(f"{VERSION}:{room_id}".encode()).hexdigest()

    def load(self, room_id: str) -> Room:
        """Build one room. Raises AssetError("unknown_id") where there is no such room."""
        kind = KINDS[self._index(room_id) % len(KINDS)]
        rng = generator(0, Stage.ROOM, room=stable_key(room_id))
        finishes = RoomFinishes(rng, draw_palette(rng))
        plan, parts = build_room(Kit(rng, finishes), kind)
        return Room(room_id, concatenate(parts), plan.height, {code: name for name, code in LABELS.items()})

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all rooms together: nothing."""
        return ()

    def _index(self, room_id: str) -> int:
        """The number in an id."""
        if room_id not in self.ids():
            message = f"procedural rooms: no room {room_id!r}; ids run from room_000 to room_{self.count - 1:03d}"
            raise AssetError("unknown_id", message)
        return int(room_id.removeprefix("room_"))


def build_room(kit: Kit, kind: RoomKind) -> tuple[FloorPlan, list[Mesh]]:
    """Plan, surfaces, shell, furniture of one room: labelled parts in the world frame."""
    height = round(kit.between(*kind.height_m), 2)
    plan = draw_plan(kit.rng, kind.width_m, kind.depth_m, height)
    openings = draw_openings(kit.rng, plan, 1 + kit.chance(0.3), kind.windows + kit.chance(0.3))
    style = _style(kit, kind, plan)
    panel = kind.panel if style.dado_m else ""
    surfaces.dress(kit, kit.finishes, walls=kind.walls, floors=kind.floors, panel=panel, accent=style.accent >= 0)
    layout = FurnitureLayout(kit, plan, openings)
    layout.parts += build_shell(kit, plan, openings, style)
    if kind.curtains:
        fittings.curtains(layout, kit)
    kind.furnish(layout, kit)
    fittings.pillar(layout, kit)
    return plan, layout.parts


def _style(kit: Kit, kind: RoomKind, plan: FloorPlan) -> ShellStyle:
    """Decoration of the shell."""
    dado = kit.pick(0.9, 1.05, 1.25) if kit.chance(kind.dado) else 0.0
    if dado and kind.name == "bathroom" and kit.chance(0.6):
        dado = kit.pick(1.6, 2.05, plan.height - 0.12)
    longest = max(range(len(plan.walls)), key=lambda k: plan.walls[k].length)
    return ShellStyle(
        accent=longest if kit.chance(0.35) else -1,
        dado_m=dado,
        skirting_m=kit.pick(0.07, 0.09, 0.12),
        crown_m=kit.pick(0.0, 0.0, 0.06, 0.09) if plan.height > 2.45 else 0.0,
        beams=kit.pick(0, 0, 0, 3, 4) if plan.height > 2.55 else 0,
        window_depth_m=kit.between(0.16, 0.3),
    )
