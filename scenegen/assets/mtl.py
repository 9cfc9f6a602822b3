"""Wavefront MTL: colour, texture name, emission and transparency of each material.

`Ke` and `map_Ke` are the extension that Blender, Assimp and three.js know.
"""

import math
import re
from dataclasses import dataclass, replace

from scenegen.assets.wording import BOM, decoded

_OPTION = re.compile(
    r"^-(?:(?:blendu|blendv|cc|clamp)\s+\S+|(?:boost|bm|texres|imfchan|type)\s+\S+|mm\s+\S+\s+\S+"
    r"|[ost](?:\s+[-+]?[\d.]+(?:[eE][-+]?\d+)?){1,3})\s+"
)
_LONGEST_LINE = 4096
"""Characters; a longer line names no file that could be, and options are taken off one by one."""


@dataclass(frozen=True)
class MtlRecord:
    """What a material says, as far as it is used here."""

    name: str
    color: tuple[float, float, float] | None = None
    """`Kd`, clipped to [0, 1]; None where not given or not finite."""
    texture: str | None = None
    """File that `map_Kd` names."""
    uv_scale: tuple[float, float] = (1.0, 1.0)
    """Option `-s` of `map_Kd`: the picture is read at coordinates times this ..."""
    uv_offset: tuple[float, float] = (0.0, 0.0)
    """... plus this, its option `-o`."""
    opacity: float | None = None
    """`d`: 1 is opaque."""
    transparency: float | None = None
    """`Tr`: meant as 1 - d, but written as d by some programs."""
    alpha_map: str | None = None
    """File that `map_d` names."""
    emission: tuple[float, float, float] | None = None
    """`Ke`, sRGB-encoded, clipped to [0, 1]."""
    emission_texture: str | None = None
    """File that `map_Ke` names; read where `map_Kd` is."""

    @property
    def pictures(self) -> tuple[str, ...]:
        """Names of the files that are read."""
        return tuple(name for name in (self.texture, self.emission_texture) if name)


def parse_mtl(data: bytes) -> dict[str, MtlRecord]:
    """Materials by name, which may be empty; lines that make no sense are passed over."""
    records: dict[str, MtlRecord] = {}
    name: str | None = None
    for line in data.removeprefix(BOM).replace(b"\r", b"\n").split(b"\n"):
        parts = line.split(None, 1)
        if not parts or len(line) > _LONGEST_LINE:
            continue
        key, rest = parts[0].lower(), decoded(parts[1].rstrip()) if len(parts) == 2 else ""
        if key == b"newmtl":
            name = rest
            records[name] = MtlRecord(name)
        elif name is not None and rest:
            records[name] = _with(records[name], key, rest)
    return records


def _with(record: MtlRecord, key: bytes, rest: str) -> MtlRecord:
    """The record after one more line."""
    match key:
        case b"kd":
            return replace(record, color=_color(rest) or record.color)
        case b"map_kd":
            name, options = _file_name(rest)
            scale, offset = _pair(options.get("s"), 1.0), _pair(options.get("o"), 0.0)
            return replace(record, texture=name, uv_scale=scale, uv_offset=offset)
        case b"ke":
            return replace(record, emission=_color(rest) or record.emission)
        case b"map_ke":
            return replace(record, emission_texture=_file_name(rest)[0])
        case b"map_d":
            return replace(record, alpha_map=_file_name(rest)[0])
        case b"d":
            return replace(record, opacity=_number(rest.replace("-halo", "")))
        case b"tr":
            return replace(record, transparency=_number(rest))
        case _:
            return record


def _number(text: str) -> float | None:
    """The first number of a line, if it is one."""
    try:
        value = float(text.split()[0])
    except (ValueError, IndexError):
        return None
    return value if math.isfinite(value) else None


def _color(text: str) -> tuple[float, float, float] | None:
    """Three numbers, or one for all; None for `spectral`, `xyz` and rubbish."""
    values = [_number(t) for t in text.split()[:3]]
    if not values or len(values) == 2 or any(v is None for v in values):
        return None
    r, g, b = (min(max(v or 0.0, 0.0), 1.0) for v in (values * 3)[:3])
    return r, g, b


def _file_name(text: str) -> tuple[str | None, dict[str, str]]:
    """The name after the options of a `map_` line, which may hold blanks, and the options by their letter."""
    options: dict[str, str] = {}
    while (match := _OPTION.match(text)) is not None:
        words = match[0].split(None, 1)
        options[words[0][1:]] = words[1]
        text = text[match.end() :]
    return text.strip() or None, options


def _pair(numbers: str | None, default: float) -> tuple[float, float]:
    """Along u and v; what is not given, or no finite number, is the default."""
    values = [_number(word) for word in (numbers or "").split()[:2]]
    u, v = (default if value is None else value for value in [*values, None, None][:2])
    return u, v
