"""Wavefront MTL: colour, texture name and transparency of each material."""

import math
import re
from dataclasses import dataclass, replace

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
    opacity: float | None = None
    """`d`: 1 is opaque."""
    transparency: float | None = None
    """`Tr`: meant as 1 - d, but written as d by some programs."""
    alpha_map: str | None = None
    """File that `map_d` names."""


def parse_mtl(data: bytes) -> dict[str, MtlRecord]:
    """Materials by name; lines that make no sense are passed over."""
    records: dict[str, MtlRecord] = {}
    name: str | None = None
    for line in data.decode("utf-8", "replace").replace("\r", "\n").split("\n"):
        parts = line.split(None, 1)
        if len(parts) < 2 or len(line) > _LONGEST_LINE:
            continue
        key, rest = parts[0].lower(), parts[1].strip()
        if key == "newmtl":
            name = rest
            records[name] = MtlRecord(name)
        elif name is not None:
            records[name] = _with(records[name], key, rest)
    return records


def _with(record: MtlRecord, key: str, rest: str) -> MtlRecord:
    """The record after one more line."""
    if key == "kd":
        return replace(record, color=_color(rest) or record.color)
    if key == "map_kd":
        return replace(record, texture=_file_name(rest))
    if key == "map_d":
        return replace(record, alpha_map=_file_name(rest))
    if key == "d":
        return replace(record, opacity=_number(rest.replace("-halo", "")))
    return replace(record, transparency=_number(rest)) if key == "tr" else record


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


def _file_name(text: str) -> str | None:
    """The name after the options of a `map_` line; it may hold blanks."""
    while (match := _OPTION.match(text)) is not None:
        text = text[match.end() :]
    return text.strip() or None
