"""Files that are bad on purpose: paths that lead out, bombs, counts that lie, rings, numbers that are none."""

from fuzzing.nasty_meshes import GLTF, OBJ, PLY
from fuzzing.nasty_paths import PATHS, PICTURES
from fuzzing.nasty_texts import CACHE, TEXTS
from fuzzing.target import Nasty

NASTIES: tuple[Nasty, ...] = PATHS + PICTURES + OBJ + PLY + GLTF + TEXTS + CACHE
