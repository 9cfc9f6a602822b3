"""A folder of meshes as rooms, another as objects: checked, staged, rendered into shards.

python tools/examples/02_own_meshes.py [FOLDER for meshes and shards]
"""

import json
import sys
from pathlib import Path
from typing import Any

import scenegen as sg

BOX = "v -1 -1 0\nv 1 -1 0\nv 1 1 0\nv -1 1 0\nv -1 -1 1\nv 1 -1 1\nv 1 1 1\nv -1 1 1\n"
SIDES = "f 1 4 3 2\nf 5 6 7 8\nf 1 2 6 5\nf 2 3 7 6\nf 3 4 8 7\nf 4 1 5 8\n"


def box(path: Path, x_m: float, y_m: float, z_m: float) -> None:
    """An OBJ of a box of these sides, standing on z = 0."""
    path.parent.mkdir(parents=True, exist_ok=True)
    corners = [[float(word) for word in line.split()[1:]] for line in BOX.splitlines()]
    path.write_text("".join(f"v {x * x_m / 2} {y * y_m / 2} {z * z_m}\n" for x, y, z in corners) + SIDES)


if __name__ == "__main__":
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "out/example")
    box(out / "rooms" / "hall.obj", 6, 5, 3)
    for name, sides in {"crate": (0.5, 0.4, 0.4), "parcel": (0.4, 0.3, 0.2), "book": (0.3, 0.2, 0.1)}.items():
        box(out / "objects" / name / f"{name}.obj", *sides)
    stated = {"path": "hall.obj", "up_axis": "z", "unit_m": 1.0, "license": "CC0"}
    (out / "rooms" / "assets.jsonl").write_text(json.dumps(stated) + "\n")
    sources: dict[str, Any] = {"room_source": f"folder:{out / 'rooms'}", "object_source": f"folder:{out / 'objects'}"}
    generator = sg.open_generator(rooms=1, pairs_per_room=2, size=sg.Size(160, 120), **sources)
    outcome = generator.write(out / "shards", workers=1)
    print(f"{outcome.new_samples} pairs of {generator.rooms()} in {outcome.out}")
