"""`scenetrain eval-photos`: some contenders on all benchmarks of a folder, the table, the pictures and the page."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from training.evaluation.benchmarks.benchmark import Asked
from training.evaluation.benchmarks.registry import benchmark, found
from training.evaluation.contender import Contender
from training.evaluation.photos.page import photos_page
from training.evaluation.photos.pictures import Drawn, draw_worst
from training.evaluation.photos.results import PhotoTable, Tell, question, sheet
from training.evaluation.photos.settings import PhotoSettings
from training.evaluation.photos.table import photos_to_json, photos_to_text, to_csv, to_markdown
from training.evaluation.predictions import file_name
from training.files.atomic import whole, writing

PAGE = "index.html"
FORMS = {"table.txt": photos_to_text, "table.md": to_markdown, "table.json": photos_to_json, "table.csv": to_csv}
"""The forms of the table, by their file's name."""


def eval_photos(
    contenders: Sequence[Contender],
    data: Path,
    out: Path,
    settings: PhotoSettings,
    names: tuple[str, ...] = (),
    pictures: int = 4,
    tell: Tell = lambda *_: None,
) -> PhotoTable:
    """Measure and write everything to `out`: predictions, tables, pictures, index.html.

    Predictions are kept: the same command again goes on where it stopped, and another contender costs its own part
    alone. `names` are benchmarks, all that the folder holds without; `pictures` of the worst pairs are drawn for each
    contender and benchmark. Raises RequestError, DataError, ImageError and DivergenceError.
    """
    sources = found(data, names, asdict(settings))
    with writing(out):  # before anything is measured
        out.mkdir(parents=True, exist_ok=True)
    sheets, gallery = [], {}
    for name, some in sources.items():
        made, predictions = sheet(name, benchmark(name), some, contenders, out, settings, tell)
        sheets.append(made)
        pairs = Asked(benchmark(name), some, question(settings))
        for who, each in predictions.items():
            gallery[name, who] = draw_worst(each, pairs, out / "pictures" / name / file_name(who), pictures)
    table = PhotoTable(tuple(sheets), {"data": data.resolve().name, **asdict(settings)})
    _write(table, gallery, out)
    return table


def _write(table: PhotoTable, gallery: dict[tuple[str, str], list[Drawn]], out: Path) -> None:
    """All forms of the table and the page, each whole or not there."""
    texts = {name: form(table) for name, form in FORMS.items()} | {PAGE: photos_page(table, gallery, out)}
    with writing(out):
        for name, text in texts.items():
            with whole(out / name) as draft:
                draft.write_text(text, encoding="utf-8")
