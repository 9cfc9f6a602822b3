"""What the user says of the meshes of a folder: the lines of `assets.jsonl`."""

import json
from pathlib import Path
from typing import Any

from scenegen.assets.wording import is_plain
from scenegen.errors import UsageError

FILE = "assets.jsonl"
UP_AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1), "-x": (-1, 0, 0), "-y": (0, -1, 0), "-z": (0, 0, -1)}
UNIT_M = (1e-9, 1e9)
"""Units that a file can have."""
_MOST_BYTES = 64 << 20
Note = dict[str, Any]


def read_notes(path: Path) -> dict[str, Note]:
    """Lines of `assets.jsonl` by path; empty where there is no such file. Raises UsageError with the line number."""
    if not path.is_file():
        return {}
    if path.stat().st_size > _MOST_BYTES:
        raise UsageError(f"{path}: more than {_MOST_BYTES >> 20} MiB; one short line per mesh is enough")
    notes: dict[str, Note] = {}
    for number, line in enumerate(path.read_text("utf-8-sig", "replace").split("\n"), 1):
        if line.strip():
            note = _note(line, f"{path}:{number}")
            name = str(note.get("path", note.get("id")))
            if name in notes:
                raise UsageError(f"{path}:{number}: a second line for {name}; keep one of them")
            notes[name] = note
    return notes


def _note(line: str, where: str) -> Note:
    """One checked line."""
    try:
        note = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(f"{where}: not a JSON object") from None
    if not isinstance(note, dict) or not isinstance(note.get("path", note.get("id")), str):
        raise UsageError(f"{where}: needs a `path` (or `id`) that names a mesh below the folder")
    for key in ("path", "id", "role", "category", "license"):
        if key in note and not (isinstance(note[key], str) and note[key] and is_plain(note[key])):
            raise UsageError(f"{where}: {key} must be a plain text on one line")
    if note.get("up_axis", "z") not in tuple(UP_AXES):  # a list cannot be looked up in a dict
        raise UsageError(f"{where}: up_axis must be one of {' '.join(UP_AXES)}")
    unit = note.get("unit_m", 1.0)
    if isinstance(unit, bool) or not isinstance(unit, int | float) or not UNIT_M[0] <= unit <= UNIT_M[1]:
        raise UsageError(f"{where}: unit_m must be a positive number of metres, {UNIT_M[0]:g} to {UNIT_M[1]:g}")
    if not isinstance(note.get("scan", False), bool):
        raise UsageError(f"{where}: scan must be true or false")
    return note
