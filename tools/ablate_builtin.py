"""What makes descriptors worth having? Changes of the preset `builtin`, one at a time, each trained for equal time.

    python tools/ablate_builtin.py --out runs/ablation --minutes 8 --photos photos
    python tools/ablate_builtin.py --out runs/ablation --minutes 8 --only base,no-warps,unet

Every variant is a change of the rooms (`scenegen render`) or of the training (`scenetrain fit`). Rooms are rendered
once for all variants that share them. A first run of a few steps tells how many steps fit into the time, so a costlier
network gets fewer. All are measured on the held-out rooms of the base, and on photographs where a folder is given.
The same command goes on where it was stopped; OUT/ablation.csv and ablation.md have a row for each variant and seed.
"""

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from training.errors import RequestError, TrainingError
from training.evaluation.photos.entrants import Entrants, contenders
from training.evaluation.photos.results import Sheet
from training.evaluation.photos.run import eval_photos
from training.evaluation.photos.settings import PhotoSettings
from training.files.rows import write_rows
from training.settings import ModelSettings

CONSOLE = Console(highlight=False)
BASE = {
    "rooms": "96",
    "pairs-per-room": "12",
    "size": "320x240",
    "layers": "rgb,depth",
    "roll-deg": "-15:15",
    "focal-px": "400:700",
    "overlap": "0.25:0.95",
}
"""Options of the base's rooms."""
PILOT_STEPS = 12
"""Steps of the run that tells the price of one."""
MEASURED = PhotoSettings(pairs=48, queries=200)
METRICS = ("pck@1", "pck@3", "pck@5", "pck@10")


@dataclass(frozen=True)
class Variant:
    """One change of the base."""

    name: str
    rooms: tuple[tuple[str, str], ...] = ()
    """Options of `scenegen render` that replace the base's."""
    fit: tuple[str, ...] = ()
    """Words for `scenetrain fit`, after those of the base."""


STILL = ("--warp-rotation-deg", "0", "--warp-zoom", "1", "--warp-stretch", "1", "--warp-perspective-std", "0")
ONE_LIGHT = (
    *("--hue", "0", "--saturation", "0", "--brightness", "0", "--contrast", "0", "--blur-p", "0"),
    *("--grayscale-p", "0", "--motion-blur-p", "0", "--noise-std", "0", "--gamma", "1", "--tint", "0"),
)
UNET = ("--network", "unet", "--widths", *map(str, ModelSettings.widths), "--blocks", *map(str, ModelSettings.blocks))
INFONCE = ("--objective", "infonce", "--temperature", "0.05", "--radius-px", "3")
APART = (("pairs-per-layout", "1"), ("layers", "rgb,depth,instance"))
"""Rooms in which objects stand in several arrangements: more of them are placed, of as many kinds."""
VARIANTS = (
    Variant("base"),
    Variant("near cameras", (("overlap", "0.5:0.95"),)),
    Variant("no roll", (("roll-deg", "0:0"),)),
    Variant("one focal length", (("focal-px", "550:550"),)),
    Variant("an arrangement a pair", APART),
    Variant("positives across", APART, ("--positives-across", "0.25")),
    Variant("24 rooms", (("rooms", "24"), ("pairs-per-room", "48"))),
    Variant("no objects", (("objects", "0:0"),)),
    Variant("one light for both views", (("relight", "off"),)),
    Variant("no warps", fit=STILL),
    Variant("any rotation", fit=("--warp-rotation-deg", "180")),
    Variant("twice the zoom", fit=("--warp-zoom", "2.5")),
    Variant("no photometric changes", fit=ONE_LIGHT),
    Variant("unet", fit=UNET),
    Variant("D = 32", fit=("--channels", "32")),
    Variant("D = 128", fit=("--channels", "128")),
    Variant("temperature 0.005", fit=("--temperature", "0.005")),
    Variant("temperature 0.03", fit=("--temperature", "0.03")),
    Variant("half the points", fit=("--points", "512")),
    Variant("twice the points", fit=("--points", "2048")),
    Variant("windows of 128 px", fit=("--crop", "128", "--batch", "16")),
    Variant("windows of 240 px", fit=("--crop", "240", "--batch", "5")),
    Variant("stable-softmax", fit=("--objective", "stable-softmax")),
    Variant("dual-softmax", fit=("--objective", "dual-softmax")),
    Variant("infonce", fit=INFONCE),
    Variant("infonce, no exclusion", fit=(*INFONCE[:-1], "0")),
    Variant("stable (the paper's)", fit=("--objective", "stable", "--channels", "32")),
)
"""Every variant; a new one is a line."""


@dataclass(frozen=True)
class Row:
    """What a run reached."""

    variant: str
    seed: int
    steps: int
    """Steps that fitted into the time."""
    scores: dict[str, float]
    """Percent, by benchmark and metric."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is missing, then the tables; 0 unless the request cannot be met."""
    words = _words(arguments)
    try:
        rows = [ablate(variant, seed, words) for variant in _chosen(words.only) for seed in range(words.seeds)]
        write_rows(words.out / "ablation.csv", rows, Row)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    (words.out / "ablation.md").write_text(table(rows), encoding="utf-8")
    CONSOLE.print(table(rows), markup=False)
    return 0


def ablate(variant: Variant, seed: int, words: argparse.Namespace) -> Row:
    """Train and measure a variant."""
    here = Path(slug(variant.name)) / f"seed{seed}"
    data, run = rooms(variant, words.out), words.out / "runs" / here
    steps = steps_in(60 * words.minutes, variant, data, words.out)
    fit(variant, data, run, steps, seed)
    places = {"rooms": rooms(VARIANTS[0], words.out)} | ({"photos": words.photos} if words.photos else {})
    sheets = [
        each for name, folder in places.items() for each in measured(run, folder, words.out / "eval" / name / here)
    ]
    scores = {f"{sheet.benchmark} {metric}": value for sheet in sheets for metric, value in shares(sheet).items()}
    return Row(variant.name, seed, steps, scores)


def measured(run: Path, folder: Path, out: Path) -> tuple[Sheet, ...]:
    """A run on the benchmarks that a folder holds."""
    found = contenders(Entrants((run,), baselines=False), MEASURED.grid, "cpu")
    return eval_photos(list(found), folder, out, MEASURED, pictures=0).sheets


def rooms(variant: Variant, out: Path) -> Path:
    """The folder with the rooms of a variant, rendered unless they are there."""
    options = BASE | dict(variant.rooms)
    name = "-".join(f"{key}={value}" for key, value in variant.rooms) or "base"
    folder = out / "rooms" / name.replace(":", "to")
    _run("scenegen", "render", *(f"--{key}={value}" for key, value in options.items()), "--out", str(folder))
    return folder


def steps_in(seconds: float, variant: Variant, data: Path, out: Path) -> int:
    """How many steps fit into the time, by the pace of a run of a few."""
    pilot = out / "pilot" / slug(variant.name)
    fit(variant, data, pilot, PILOT_STEPS, 0)
    pace = json.loads((pilot / "pace.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    return max(int(seconds * pace["step"] / pace["wall_s"]), 1)


def fit(variant: Variant, data: Path, run: Path, steps: int, seed: int) -> None:
    """One run of `scenetrain fit`, unless it is finished."""
    words = (
        "--preset",
        "builtin",
        "--shards",
        str(data),
        "--out",
        str(run),
        "--steps",
        str(steps),
        "--seed",
        str(seed),
    )
    _run("training", "fit", *words, *variant.fit)


def shares(sheet: Sheet) -> dict[str, float]:
    """The metrics of the one descriptor of a sheet, in percent."""
    found = sheet.results[0].scores.metrics
    return {metric: round(100 * found[metric].value, 2) for metric in METRICS if metric in found}


def table(rows: Sequence[Row]) -> str:
    """Markdown: a row for each run, PCK@1/3/5/10 in a cell for each benchmark."""
    benchmarks = list(dict.fromkeys(name.removesuffix(" pck@5") for row in rows for name in row.scores if "@5" in name))
    head = f"| variant | seed | steps | {' | '.join(benchmarks)} |\n| --- | --- | --- |{' --- |' * len(benchmarks)}\n"
    return head + "".join(_line(row, benchmarks) for row in rows)


def _line(row: Row, benchmarks: Sequence[str]) -> str:
    values = [[row.scores.get(f"{name} {metric}", math.nan) for metric in METRICS] for name in benchmarks]
    cells = ["/".join(f"{value:.0f}" for value in each) for each in values]
    return f"| {row.variant} | {row.seed} | {row.steps} | {' | '.join(cells)} |\n"


def slug(name: str) -> str:
    """A name as that of a folder."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _run(module: str, *words: str) -> None:
    """A command of this project in a process of its own. Raises RequestError with its last line where it fails."""
    done = subprocess.run([sys.executable, "-m", module, *words], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RequestError(f"{module} {' '.join(words)}: failed ({last})")


def _chosen(only: str | None) -> list[Variant]:
    """The variants asked for. Raises RequestError with the list for an unknown one."""
    asked = only.split(",") if only else [variant.name for variant in VARIANTS]
    known = {slug(variant.name): variant for variant in VARIANTS}
    for name in asked:
        if slug(name) not in known:
            raise RequestError(f"--only {name}: unknown; choose among {', '.join(v.name for v in VARIANTS)}")
    return [known[slug(name)] for name in asked]


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of everything")
    parser.add_argument("--minutes", type=float, default=8.0, help="training time of each run")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", help="names of variants, with commas between")
    parser.add_argument("--photos", type=Path, help="folder of photographs with truth")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
