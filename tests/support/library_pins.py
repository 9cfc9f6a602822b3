"""What the built-in objects and rooms are, in numbers that no processor rounds differently, and how to write them anew.

    python tests/support/library_pins.py        (after a change that is meant; raise VERSION of objects or rooms with it)

For each of some ids: triangles, size of the box, and for each material, in order, the area it covers, how far it is
spread along x, y and z, its emission, its colour or the mean of its texture, and how much the texture changes from pixel
to pixel across and down.
"""

import json

import numpy as np
from roots import TESTS

from scenegen.assets.mesh import Material, Mesh, face_vectors
from scenegen.assets.procedural import objects, rooms
from scenegen.assets.procedural.objects import ProceduralObjects
from scenegen.assets.procedural.rooms import ProceduralRooms

PINS = TESTS / "golden" / "library.json"
"""The ids in it were chosen so that they run through every line that ten objects of each category run through, and
through 98 % of those of 40 rooms."""


def numbers(mesh: Mesh) -> dict:
    """The numbers of one mesh."""
    area = np.linalg.norm(face_vectors(mesh), axis=1) / 2
    middles = mesh.vertices[mesh.faces].mean(1, dtype=np.float64)
    return {
        "faces": len(mesh.faces),
        "box": [round(float(v), 5) for v in np.ptp(mesh.vertices, axis=0)],
        "materials": [
            [*place(area[rows], middles[rows]), *look(material)]
            for k, material in enumerate(mesh.materials)
            if (rows := mesh.face_material == k).any()
        ],
    }


def place(area: np.ndarray, middles: np.ndarray) -> list[float]:
    """The area of some faces, and the standard deviation of their places along each axis."""
    mean = area @ middles / area.sum()
    spread = np.sqrt(area @ (middles - mean) ** 2 / area.sum())
    return [round(float(v), 6) for v in (area.sum(), *spread)]


def look(material: Material) -> list[float]:
    """Emission, mean colour 0 to 255, and the mean change between neighbouring texels across and down."""
    if material.texture is None:
        color, rough = np.multiply(material.color, 255), (0.0, 0.0)
    else:
        texels = material.texture.levels[0].astype(float)
        color, rough = texels.mean((0, 1)), tuple(np.abs(np.diff(texels, axis=axis)).mean() for axis in (1, 0))
    return [round(float(v), 3) for v in (material.emission, *color, *rough)]


def made(name: str) -> dict:
    """The numbers of an object or a room of the library."""
    return numbers((ProceduralObjects() if "/" in name else ProceduralRooms()).load(name).mesh)


def library() -> dict:
    """All numbers, with the versions of the library that they are of."""
    found = {name: made(name) for name in json.loads(PINS.read_text())["meshes"]}
    return {"versions": [objects.VERSION, rooms.VERSION], "meshes": found}


if __name__ == "__main__":
    new = library()
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in new["meshes"].items())
    PINS.write_text(f'{{"versions": {json.dumps(new["versions"])},\n"meshes": {{\n{lines}\n}}}}\n')
