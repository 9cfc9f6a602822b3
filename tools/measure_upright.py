"""How often a room's up direction is found, and how often it is wrong at each confidence.

    python tools/measure_upright.py                                    (synthetic homes and the built-in rooms)
    python tools/measure_upright.py --homes 40 --every 1 --seed 7
    python tools/measure_upright.py --homes 0 --every 0 --mesh scan.ply=0,-0.9,-0.43     (a file and its true up)

Each room is turned into the six axis orientations and an oblique one; it is wrong where up is off by more than 20
degrees. "as found" is by geometry alone, "as promised" with the true axis named by the format, as glTF does. Exit
code 1 where of the rooms with a confidence of 0.5 or more over 1 % are wrong.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests" / "support")]

from upright_census import (  # noqa: E402  # pyright: ignore[reportMissingImports]
    Verdict,
    by_confidence,
    by_kind,
    census,
    homes,
    sure_and_wrong,
)

from scenegen.assets.procedural.rooms import ProceduralRooms  # noqa: E402
from scenegen.assets.reading import read_mesh_file  # noqa: E402
from scenegen.geometry import rotation_between  # noqa: E402

Room = tuple[str, str, np.ndarray, np.ndarray]
MOST_WRONG = 0.01


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", type=int, default=10, help="synthetic homes of each kind")
    parser.add_argument("--every", type=int, default=4, help="each how manyth built-in room; 0: none")
    parser.add_argument("--mesh", action="append", default=[], metavar="FILE=X,Y,Z", help="a file and its true up")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def built_in(every: int) -> Iterator[Room]:
    """The rooms of the built-in library."""
    rooms = ProceduralRooms()
    for room_id in rooms.ids()[::every] if every else ():
        mesh = rooms.load(room_id).mesh
        yield "built-in", room_id, mesh.vertices.astype(np.float64), mesh.faces


def files(named: list[str]) -> Iterator[Room]:
    """Meshes of files, turned to +Z up."""
    for text in named:
        path, _, up = text.rpartition("=")
        mesh = read_mesh_file(Path(path))[0]
        turn = rotation_between([float(x) for x in up.split(",")], (0, 0, 1))
        yield Path(path).stem, path, mesh.vertices.astype(np.float64) @ turn.T, mesh.faces


def show(title: str, verdicts: list[Verdict]) -> None:
    """The two tables of one way to ask."""
    print(f"\n{title:24}{'rooms':>8}{'wrong':>8}{'sure':>8}{'sure and wrong':>16}")
    for kind, count, wrong, sure, bad in by_kind(verdicts):
        print(f"{kind:24}{count:8}{wrong:8}{sure:8}{bad:16}")
    print(
        f"{'all':24}{len(verdicts):8}{sum(v.wrong for v in verdicts):8}" + "{:8}{:16}".format(*sure_and_wrong(verdicts))
    )
    print(f"\n{'confidence':24}{'rooms':>8}{'wrong':>8}")
    for low, high, count, wrong in by_confidence(verdicts):
        print(f"{f'{low:g} to {high:g}':24}{count:8}{wrong:8}")


def main() -> int:
    """Measure and print; 1 where confidence does not keep its word."""
    args, start = options(), time.perf_counter()
    rooms = [*homes(args.seed, args.homes), *built_in(args.every), *files(args.mesh)]
    kept = True
    for title, promised in (("as found", False), ("as promised", True)):
        verdicts = list(census(rooms, promised))
        show(title, verdicts)
        sure, bad = sure_and_wrong(verdicts)
        kept &= bad <= MOST_WRONG * sure
        for v in (v for v in verdicts if v.wrong and v.confidence >= 0.5):
            print(f"sure and wrong: {v.name}, off by {v.off_deg:.0f} deg, confidence {v.confidence:.2f}")
    print(
        f"\n{time.perf_counter() - start:.0f} s; of the sure at most {MOST_WRONG:.0%} wrong: {'yes' if kept else 'NO'}"
    )
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
