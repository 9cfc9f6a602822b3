"""Finishes of walls, floors, ceilings and trim, chosen for a kind of room."""

from scenegen.assets.procedural import textures as tx
from scenegen.assets.procedural.noise import Color, jitter_color, mix, shade_color
from scenegen.assets.procedural.room_parts.finishes import Finish, RoomFinishes, lengthwise, plain, wall_tiles
from scenegen.assets.procedural.room_parts.kit import Kit
from scenegen.assets.procedural.room_parts.palette import Palette

_GREY: Color = (0.60, 0.60, 0.59)


def dress(kit: Kit, finishes: RoomFinishes, *, walls: str, floors: str, panel: str, accent: bool) -> None:
    """Set the finishes of the shell. `walls`, `floors`, `panel` are names or choices "a|b|c"; "" = not used."""
    p, rng = finishes.palette, kit.rng
    finishes.set("wall", _wall(kit, kit.pick(*walls.split("|")), p, p.wall))
    finishes.set("wall reveal", plain("reveal", shade_color(mix(p.wall, (0.9, 0.9, 0.88), 0.5), 0.98)))
    if accent:
        kind = kit.pick("plaster", "leaf", "stripe", "damask", "brick", "grass", "boards")
        finishes.set("accent wall", _wall(kit, kind, p, p.accent_wall))
    finishes.set("floor", _floor(kit, kit.pick(*floors.split("|")), p))
    finishes.set("ceiling", _ceiling(kit, p))
    if panel:
        finishes.set("panel", _panel(kit, kit.pick(*panel.split("|")), p))
    trim = p.paint if kit.chance(0.7) else mix(p.wood, p.paint, 0.1)
    trim_texture = tx.painted_wood_texture(rng, 256, trim) if trim == p.paint else tx.wood_texture(rng, 256, p.wood)
    finishes.set("trim", lengthwise("trim", trim_texture, 0.7))
    finishes.set("door", finishes(kit.pick("wood", "trim", "color", "wood2")))


def _wall(kit: Kit, kind: str, p: Palette, color: Color) -> Finish:
    """A wall covering in a colour."""
    rng = kit.rng
    if kind == "plaster":
        return lengthwise(
            "painted plaster",
            tx.plaster_texture(rng, 512, color, roughness=kit.between(0.8, 2.0)),
            kit.between(1.4, 2.2),
        )
    if kind == "brick":
        tone: Color = kit.pick((0.58, 0.34, 0.26), (0.62, 0.42, 0.32), (0.80, 0.78, 0.74))
        return lengthwise("brick", tx.brick_texture(rng, 512, jitter_color(rng, tone, 0.08), rows=12), 0.9)
    if kind == "concrete":
        return lengthwise("concrete", tx.concrete_texture(rng, 512, jitter_color(rng, _GREY, 0.1)), 2.4)
    if kind == "boards":
        return lengthwise(
            "boards", tx.parquet_texture(rng, 512, mix(p.wood, color, 0.4), rows=8, spread=0.06, figure=0.7), 1.1
        )
    if kind == "tiles":
        return wall_tiles(kit.rng, p)
    pale = mix(color, (0.9, 0.88, 0.84), 0.45)
    other = mix(color, p.cloth2, 0.35) if kind != "grass" else shade_color(pale, 0.85)
    return lengthwise("wallpaper", tx.wallpaper_texture(rng, 512, pale, other, motif=kind), kit.between(0.7, 1.3))


def _floor(kit: Kit, kind: str, p: Palette) -> Finish:
    """A floor covering."""
    rng = kit.rng
    if kind in ("planks", "herringbone", "basket"):
        scale = {"planks": kit.between(1.2, 1.7), "herringbone": 1.0, "basket": 1.0}[kind]
        rows = kit.pick(8, 10) if kind == "planks" else 8
        return lengthwise(
            "parquet",
            tx.parquet_texture(
                rng,
                512,
                p.floor_wood,
                rows=rows,
                pattern=kind,
                spread=kit.between(0.06, 0.16),
                figure=kit.between(0.55, 0.9),
            ),
            scale,
        )
    if kind == "carpet":
        color = mix(kit.pick(p.cloth, p.accent_wall, p.cloth2), (0.6, 0.57, 0.53), kit.between(0.25, 0.7))
        return lengthwise("carpet", tx.carpet_texture(rng, 512, color, mix(color, p.accent2, 0.3)), 1.0)
    if kind == "chequer":
        dark: Color = kit.pick((0.17, 0.17, 0.18), mix(p.accent2, (0.25, 0.25, 0.25), 0.4))
        return lengthwise(
            "chequered tiles",
            tx.tiles_texture(rng, 512, (0.83, 0.82, 0.78), (0.5, 0.49, 0.47), second=dark, joint=0.006),
            kit.between(0.9, 1.4),
        )
    if kind == "tiles":
        color = jitter_color(
            rng, kit.pick((0.70, 0.67, 0.62), (0.56, 0.55, 0.54), (0.72, 0.55, 0.42), (0.42, 0.42, 0.43)), 0.08
        )
        return lengthwise(
            "floor tiles",
            tx.tiles_texture(rng, 512, color, shade_color(color, 0.75), columns=3, rows=3, joint=0.007, veins=1.0),
            kit.between(1.2, 1.8),
        )
    if kind == "terrazzo":
        return lengthwise(
            "terrazzo", tx.speckle_texture(rng, 512, jitter_color(rng, (0.72, 0.70, 0.67), 0.08), chips=36), 0.75
        )
    if kind == "marble":
        return lengthwise("marble", tx.marble_texture(rng, 512), 1.6)
    return lengthwise("screed", tx.concrete_texture(rng, 512, jitter_color(rng, (0.55, 0.54, 0.52), 0.08)), 2.5)


def _ceiling(kit: Kit, p: Palette) -> Finish:
    """White plaster, rarely boards."""
    if kit.chance(0.08):
        return lengthwise(
            "ceiling boards",
            tx.parquet_texture(kit.rng, 512, mix(p.wood, (0.85, 0.8, 0.72), 0.3), rows=12, spread=0.05, figure=0.6),
            1.4,
        )
    return lengthwise("ceiling", tx.plaster_texture(kit.rng, 256, mix(p.wall, (0.93, 0.93, 0.92), 0.8)), 2.2)


def _panel(kit: Kit, kind: str, p: Palette) -> Finish:
    """What covers the lower part of the walls, where they have one."""
    if kind == "tiles":
        return wall_tiles(kit.rng, p)
    if kind == "boards":
        color = mix(p.paint, p.accent_wall, kit.pick(0.0, 0.3, 0.7))
        return lengthwise("panelling", tx.parquet_texture(kit.rng, 512, color, rows=10, spread=0.02, figure=0.25), 1.0)
    return lengthwise("dado paint", tx.plaster_texture(kit.rng, 256, mix(p.accent_wall, p.wall, 0.3)), 1.8)
