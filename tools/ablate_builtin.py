"""What makes descriptors worth having? Changes of the preset `builtin`, one at a time, each trained for equal time.

    python tools/ablate_builtin.py --out runs/ablation --steps 200 --photos photos --scans scans
    python tools/ablate_builtin.py --out runs/ablation --steps 200 --photos photos --only base,no-warps,unet

Every variant is a change of the rooms (`scenegen render`), of their pictures, or of the training (`scenetrain fit`):
`ablating/variants.py` lists them. Rooms are rendered once for all variants that share them. Time is counted in steps of
the base: where a step of a variant costs otherwise, by the processor time of a few of both in turn, it gets fewer or
more of them, so rows of different machines stand beside each other. All are measured on the held-out rooms of the base,
and on photographs where a folder is given; `scanned rooms` are those of `--scans`, and left out without it. The same
command goes on where it was stopped, and others add to it: OUT/ablation.csv and ablation.md have all rows so far.
"""

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path

from ablating.pictures import changed_set
from ablating.variants import BASE, SCANS, VARIANTS, Variant
from rich.console import Console

from scenegen.errors import ScenegenError
from training.errors import RequestError, TrainingError
from training.evaluation.photos.entrants import Entrants, contenders
from training.evaluation.photos.results import Sheet
from training.evaluation.photos.run import eval_photos
from training.evaluation.photos.settings import PhotoSettings
from training.files.rows import write_rows

CONSOLE = Console(highlight=False)
PILOT_STEPS = 12
"""Steps of the run that tells the price of one."""
COSTLY = {"--network", "--channels", "--points", "--crop", "--objective"}
"""Options of the training that change what a step costs."""
SAME_PRICE = 0.1
"""A price that differs by less than this share is the base's: what a processor does in seconds differs that much."""
MEASURED = PhotoSettings(pairs=48, queries=200, grid=32, long_side=320)
METRICS = ("pck@1", "pck@3", "pck@5", "pck@10")


@dataclass(frozen=True)
class Row:
    """What a run reached."""

    variant: str
    seed: int
    steps: int
    """Steps that cost what those of the base do."""
    scores: dict[str, float]
    """Percent, by benchmark and metric."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is missing, then the tables; 0 unless the request cannot be met."""
    words = _words(arguments)
    try:
        for variant, seed in product(_chosen(words.only, words.scans), range(words.seeds)):
            ablate(variant, seed, words)
            _write_tables(words.out)
    except (TrainingError, ScenegenError) as error:
        print(error, file=sys.stderr)
        return error.exit_code
    CONSOLE.print((words.out / "ablation.md").read_text(encoding="utf-8"), markup=False)
    return 0


def ablate(variant: Variant, seed: int, words: argparse.Namespace) -> None:
    """Train and measure a variant, unless that was done: what it reached goes into the folder `rows`."""
    here = Path(slug(variant.name)) / f"seed{seed}"
    kept = words.out / "rows" / here.with_suffix(".json")
    if kept.is_file():
        return
    steps = steps_worth(words.steps, variant, words)
    run = words.out / "runs" / here
    fit(variant, rooms(variant, words.out, words.scans), run, steps, seed)
    places = {"rooms": rooms(VARIANTS[0], words.out, words.scans)} | ({"photos": words.photos} if words.photos else {})
    sheets = [
        each for name, folder in places.items() for each in measured(run, folder, words.out / "eval" / name / here)
    ]
    scores = {f"{sheet.benchmark} {metric}": value for sheet in sheets for metric, value in shares(sheet).items()}
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(asdict(Row(variant.name, seed, steps, scores))), encoding="utf-8")


def rows_in(out: Path) -> list[Row]:
    """Every row that was measured there, in the order of the variants and the seeds."""
    found = [out / "rows" / slug(variant.name) for variant in VARIANTS]
    files = [file for folder in found for file in sorted(folder.glob("*.json"))]
    return [Row(**json.loads(file.read_text(encoding="utf-8"))) for file in files]


def _write_tables(out: Path) -> None:
    rows = rows_in(out)
    write_rows(out / "ablation.csv", rows, Row)
    (out / "ablation.md").write_text(table(rows), encoding="utf-8")


def measured(run: Path, folder: Path, out: Path) -> tuple[Sheet, ...]:
    """A run on the benchmarks that a folder holds."""
    found = contenders(Entrants((run,), baselines=False), MEASURED.grid, "cpu")
    return eval_photos(list(found), folder, out, MEASURED, pictures=0).sheets


@cache
def rooms(variant: Variant, out: Path, scans: Path | None) -> Path:
    """The folder with the rooms of a variant, made unless they are there; asked once for all runs on them."""
    options = BASE | dict(variant.rooms)
    name = "-".join(f"{key}={value}" for key, value in variant.rooms) or "base"
    folder = out / "rooms" / name.replace(":", "to")
    taken = {key: f"folder:{scans}" if value == SCANS else value for key, value in options.items()}
    _run("scenegen", "render", *(f"--{key}={value}" for key, value in taken.items()), "--out", str(folder))
    return changed_set(folder, variant.pictures, folder.with_name(variant.pictures)) if variant.pictures else folder


def steps_worth(steps: int, variant: Variant, words: argparse.Namespace) -> int:
    """How many steps of a variant cost what `steps` of the base do; as many, where a step does the same."""
    if not COSTLY.intersection(variant.fit):
        return steps
    base_s, own_s = (price_s(each, variant, words) for each in (VARIANTS[0], variant))
    return steps if abs(base_s / own_s - 1) < SAME_PRICE else max(round(steps * base_s / own_s), 1)


def price_s(variant: Variant, beside: Variant, words: argparse.Namespace) -> float:
    """Processor seconds of the fastest step of a run of a few, made in turn with one of the variant beside it.

    A shared machine counts as the process's own what others take from it, and that changes from minute to minute.
    """
    pilot = words.out / "pilot" / slug(beside.name) / slug(variant.name)
    fit(variant, rooms(variant, words.out, words.scans), pilot, PILOT_STEPS, 0)
    lines = (pilot / "pace.jsonl").read_text(encoding="utf-8").splitlines()
    return fastest_s([json.loads(line) for line in lines])


def fastest_s(records: Sequence[Mapping[str, float]]) -> float:
    """Processor seconds of the fastest step between two records of a run."""
    return min((b["cpu_s"] - a["cpu_s"]) / (b["step"] - a["step"]) for a, b in pairwise(records))


def fit(variant: Variant, data: Path, run: Path, steps: int, seed: int) -> None:
    """One run of `scenetrain fit`, unless it is finished."""
    options = {"preset": "builtin", "shards": data, "out": run, "steps": steps, "seed": seed}
    words = (word for name, value in options.items() for word in (f"--{name}", str(value)))
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


def _chosen(only: str | None, scans: Path | None) -> list[Variant]:
    """The variants asked for. Raises RequestError for an unknown one, with the list, and for scans without a folder."""
    known = {slug(variant.name): variant for variant in VARIANTS}
    asked = only.split(",") if only else [name for name, variant in known.items() if scans or not variant.of_scans]
    for name in asked:
        if slug(name) not in known:
            raise RequestError(f"--only {name}: unknown; choose among {', '.join(known)}")
        if known[slug(name)].of_scans and not scans:
            raise RequestError(f"--only {name}: needs scanned rooms; name their folder with --scans")
    return [known[slug(name)] for name in asked]


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of everything")
    parser.add_argument("--steps", type=_count, default=400, help="length of a run of the base")
    parser.add_argument("--seeds", type=_count, default=1)
    parser.add_argument("--only", help="names of variants, with commas between")
    parser.add_argument("--photos", type=_folder, help="folder of photographs with truth")
    parser.add_argument("--scans", type=_folder, help="folder of scanned rooms, for the variant that trains on them")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    """A number that is worth hours of rendering."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be a whole number, 1 or more")
    return int(text)


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text}: is no folder")
    return Path(text)


if __name__ == "__main__":
    sys.exit(main())
