"""The table of descriptors on photographs in training/README.md: runs, published networks and classics side by side.

    python tools/photo_table.py --data photos --out photos-eval --run runs/a runs/b --write photos.md
    python tools/photo_table.py --data out/rooms --pairs 48 --queries 200 --out rooms-eval --run runs/a

Measures as `scenetrain eval-photos` does, with every adapter of tools/descriptors whose code and weights are there (the
others are named and passed over; each file says how to get them), and writes one row for each descriptor: PCK@1/3/5/10
on each benchmark, MMA@3, and the AUC of homography and relative pose, with intervals of the middle one. The full
tables and the pictures are in --out.
"""

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from scenegen.counting import counted
from training.devices import choose_device
from training.errors import RequestError, TrainingError
from training.evaluation.bootstrap import Estimate
from training.evaluation.contender import Contender
from training.evaluation.photos.entrants import Entrants, contenders
from training.evaluation.photos.results import PhotoTable, Sheet
from training.evaluation.photos.run import eval_photos
from training.evaluation.photos.settings import PhotoSettings
from training.evaluation.photos.table import footnotes, note
from training.files.atomic import writing

ADAPTERS = Path(__file__).parent / "descriptors"
SHOWN = {
    "PCK@1/3/5/10 px": ("pck@1", "pck@3", "pck@5", "pck@10"),
    "MMA@3 px": ("mma@3",),
    "homography AUC@3/5 px": ("homography_auc@3 poselib", "homography_auc@5 poselib"),
    "pose AUC@5/10/20°": ("pose_auc@5 poselib", "pose_auc@10 poselib", "pose_auc@20 poselib"),
}
"""Tables and the metrics in their cells, in percent."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write; 0 unless the request cannot be met."""
    words = _words(arguments)
    console, settings = Console(highlight=False), PhotoSettings(words.pairs, words.queries, split=words.split)
    try:
        found = [*_entrants(words.run, settings.grid, console), *contenders(Entrants(), settings.grid, "cpu")]
        table = eval_photos(found, words.data, words.out, settings, pictures=words.pictures)
        text = "\n".join([*_tables(table), *map(note, table.sheets), "", *footnotes(table), ""])
        print(text)
        if words.write:
            with writing(words.write):
                words.write.write_text(text, encoding="utf-8")
    except TrainingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _entrants(runs: tuple[Path, ...], grid: int, console: Console) -> Iterator[Contender]:
    """Networks of runs, and the published ones that are there."""
    device = choose_device("auto")
    if runs:
        yield from contenders(Entrants(tuple(runs), baselines=False), grid, device)
    for file in sorted(set(ADAPTERS.glob("*.py")) - {ADAPTERS / "published.py"}):
        try:
            yield from contenders(Entrants(descriptors=(f"{file}:describe",), baselines=False), grid, device)
        except RequestError as error:
            console.print(f"passed over: {error}", style="yellow", soft_wrap=True, markup=False)


def _tables(table: PhotoTable) -> Iterator[str]:
    """Markdown, a table for each kind of metric."""
    names = list(dict.fromkeys(result.contender for sheet in table.sheets for result in sheet.results))
    for title, metrics in SHOWN.items():
        sheets = [sheet for sheet in table.sheets if any(metrics[0] in each.scores.metrics for each in sheet.results)]
        if not sheets:
            continue
        yield f"| {title} | {' | '.join(f'{sheet.benchmark} ({_pairs(sheet)})' for sheet in sheets)} |"
        yield f"| --- |{' --- |' * len(sheets)}"
        for name in names:
            cells = [_cell(sheet, name, metrics) for sheet in sheets]
            if any(cells):
                yield f"| {name} | {' | '.join(cell or '-' for cell in cells)} |"
        yield ""


def _pairs(sheet: Sheet) -> str:
    return counted(sheet.results[0].scores.pairs, "pair")


def _cell(sheet: Sheet, name: str, metrics: tuple[str, ...]) -> str:
    """The values of one descriptor, and the interval of the one in the middle; empty where there are none."""
    found = next((each.scores.metrics for each in sheet.results if each.contender == name), {})
    if metrics[0] not in found:
        return ""
    values = "/".join(f"{100 * found[metric].value:.0f}" for metric in metrics)
    return values + _interval(found[metrics[len(metrics) // 2]])


def _interval(estimate: Estimate) -> str:
    low, high = estimate.low, estimate.high
    return "" if math.isnan(low) else f" ({100 * low:.0f}–{100 * high:.0f})"


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of photographs with truth")
    parser.add_argument("--out", type=Path, required=True, help="folder for predictions, full tables and pictures")
    parser.add_argument("--run", type=Path, nargs="*", default=(), help="folders of `scenetrain fit` runs")
    parser.add_argument("--write", type=Path, help="file for the table")
    own = PhotoSettings()
    parser.add_argument("--pairs", type=int, default=own.pairs, help="pairs of each benchmark at most; 0: all")
    parser.add_argument("--queries", type=int, default=own.queries, help="pixels of each pair that are looked up")
    parser.add_argument("--split", default=own.split, help="split of shards that is measured")
    parser.add_argument("--pictures", type=int, default=2, help="pairs drawn of each descriptor and benchmark")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
