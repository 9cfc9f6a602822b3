"""Mesh files read by scenegen and by an independent reader, side by side.

    npm install --prefix FOLDER three@0.187.0
    python tools/compare_readers.py DIR --three FOLDER/node_modules/three --out report.json

Reads every mesh file below DIR with `scenegen.assets.reading.read_mesh_file`, each in a process of its own, and with
three.js's loaders in a headless Chromium (OFF, which they lack, by a few lines of the page). Compares triangles, box,
area and an unlit picture from three sides, and says for each file: agree, refused by whom, or in what they differ; and
what reading cost. Files with the same bytes are compared once, unless they name other files.
"""

import argparse
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from browser import chromium
from comparing.facts import SIZE_PX, Facts, restore, save
from comparing.product import Product, Reading
from comparing.readers import LOST, ThreeReader, polygon_facts, trimesh_facts
from comparing.reasons import reason_of
from comparing.verdict import Verdict, judged, shown_by
from PIL import Image

from scenegen.assets.reading import MESH_SUFFIXES

SELF_CONTAINED = (".glb", ".off", ".ply", ".stl")
INSTALL = "three.js is not there: npm install --prefix FOLDER three@0.187.0, then --three FOLDER/node_modules/three"
SECOND = {".ply": ("plyfile", polygon_facts), ".stl": ("trimesh", trimesh_facts)}
"""Readers that are asked where three.js differs: it drops polygons of five corners and more, and some forms of STL."""
COSTS = (("seconds", "seconds"), ("cpu_seconds", "CPU, s"), ("peak_mb", "peak, MB"), ("own_mb", "own, MB"))
SHARES = (50, 90, 99, 100)


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="mesh files, in folders of any depth")
    parser.add_argument("--three", type=Path, default=Path(".venv/node/node_modules/three"), help="package of three.js")
    parser.add_argument("--most", type=int, default=0, help="compare so many files, evenly chosen; 0: all")
    parser.add_argument("--only", default="", help="compare files whose path holds this")
    parser.add_argument("--out", type=Path, help="write what was found of each file, as JSON")
    parser.add_argument("--pictures", type=Path, help="write the pictures of files that differ into this folder")
    parser.add_argument("--keep", type=Path, help="keep what the other reader found, and take it from there next time")
    return parser.parse_args()


def mesh_files(folder: Path) -> list[Path]:
    """Mesh files below `folder`, sorted; of several with the same bytes the first."""
    found: dict[str, Path] = {}
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in MESH_SUFFIXES and p.is_file()):
        own = path.suffix.lower() in SELF_CONTAINED
        found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest() if own else str(path), path)
    return list(found.values())


def evenly(files: list[Path], most: int) -> list[Path]:
    """At most `most` of the files, spread over all."""
    if not most or len(files) <= most:
        return files
    return [files[i] for i in np.linspace(0, len(files) - 1, most).astype(int)]


class Others:
    """The independent reader, with what it found before."""

    def __init__(self, three: ThreeReader, root: Path, keep: Path | None) -> None:
        self._three, self._root, self._keep = three, root, keep

    def read(self, path: Path) -> Facts:
        """What an independent reader finds in a file."""
        if self._keep is None:
            return self._three.read(path)
        name = hashlib.sha256(f"{SIZE_PX} {path.relative_to(self._root)}".encode()).hexdigest()[:24]
        kept = self._keep / f"{name}.npz"
        if kept.exists():
            return restore(kept)
        found = self._three.read(path)
        if not found.error.startswith(LOST):
            part = kept.with_name(f"part-{kept.name}")
            save(found, part)
            part.rename(kept)
        return found


def compared(files: list[Path], product: Product, others: Others) -> Iterator[tuple[Path, Facts, Facts, Reading]]:
    """Each file with what both found, and what the product's reading cost."""
    for path in files:
        ours, reading = product.read(path)
        yield path, ours, others.read(path), reading


def second_opinion(path: Path, ours: Facts, verdict: Verdict) -> Verdict:
    """The verdict, or `agree` where a second reader of PLY or STL agrees with the product in what three.js does not."""
    ask = SECOND.get(path.suffix.lower())
    if ask is None or verdict.outcome not in ("differs", "reader refused") or verdict.differs == ("picture",):
        return verdict
    name, read = ask
    if judged(ours, read(path)).outcome != "agree":
        return verdict
    return Verdict("agree", (), f"with {name}; three.js: {verdict.detail}")


def sheet(ours: Facts, theirs: Facts, path: Path) -> None:
    """Write the product's pictures above the reader's."""
    rows = [f.pictures["base"] if k == 0 else shown_by(f)[0] for k, f in enumerate((ours, theirs)) if f.pictures]
    if rows:
        whole = np.concatenate([np.concatenate(list(row), axis=1) for row in rows], axis=0)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(whole).save(path)


def table(found: list[dict]) -> Iterator[str]:
    """Lines of the summary: outcomes, their reasons with an example each, and what reading cost."""
    for outcome, count in Counter(f["outcome"] for f in found).most_common():
        yield f"{count:6d}  {outcome}"
        rows = [f for f in found if f["outcome"] == outcome and f["reason"]]
        for reason, n in Counter(f["reason"] for f in rows).most_common():
            yield f"          {n:6d}  {reason}   ({next(f['file'] for f in rows if f['reason'] == reason)})"
    yield "        " + "".join(f"{f'{s} %' if s < 100 else 'most':>10}" for s in SHARES)
    for name, title in COSTS:
        values = np.percentile([f[name] for f in found], SHARES)
        yield f"{title:8}" + "".join(f"{v:10.2f}" for v in values)


def main() -> None:
    """Compare, and say what was found."""
    o = options()
    program, root = chromium(), o.folder.resolve()
    if program is None or not (o.three / "build").is_dir():
        raise SystemExit(INSTALL if program else "no Chromium on the PATH; or name its program in CHROMIUM")
    files = evenly([p for p in mesh_files(root) if o.only in str(p)], o.most)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        product = Product(root, Path(folder))
        three = ThreeReader(program, o.three.resolve(), root, Path(folder) / "browser")
        if o.keep:
            o.keep.mkdir(parents=True, exist_ok=True)
        for path, ours, theirs, reading in compared(files, product, Others(three, root, o.keep)):
            verdict = second_opinion(path, ours, judged(ours, theirs))
            name = path.relative_to(root).as_posix()
            reason = reason_of(verdict, theirs, reading)
            found.append({"file": name, "reason": reason, **asdict(verdict), **asdict(reading), "notes": theirs.notes})
            print(f"{name}: {verdict.outcome}  {' '.join(verdict.differs)}  {verdict.detail}"[:300], flush=True)
            if o.pictures and verdict.outcome == "differs":
                sheet(ours, theirs, o.pictures / (name.replace("/", "__") + ".png"))
        product.close()
        three.close()
    if o.out:
        o.out.write_text(json.dumps(found, indent=1) + "\n")
    print("\n".join(table(found)) if found else f"no mesh file below {root}")


if __name__ == "__main__":
    main()
