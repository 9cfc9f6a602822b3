"""The rows of a sweep in one CSV file, and what may go on in its folder."""

import csv
import io
import json
from dataclasses import asdict, fields
from pathlib import Path

from training.coding import SettingsMismatch, decode, differences
from training.errors import DataError, RequestError
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.trial import Row, row_from_text
from training.whole import whole

ROWS, SETTINGS = "runs.csv", "settings.json"


def open_folder(out: Path, settings: MnistSettings) -> None:
    """Make the folder of a sweep, or go on in it. Raises RequestError when it holds a sweep of other settings."""
    path = out / SETTINGS
    try:
        out.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            _require_same(out, settings)
            return
        with whole(path) as draft:
            draft.write_text(json.dumps(asdict(settings), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise RequestError(f"--out {out}: cannot be written ({error.strerror}); choose another folder") from None


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV file; none where there is no file. Raises DataError when it is not such a file."""
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [row_from_text(values) for values in csv.DictReader(stream)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        advice = "mend it, or move it away to begin anew"
        raise DataError(f"{path}: is not a table of runs ({type(error).__name__}: {error}); {advice}") from None


def write_rows(path: Path, rows: list[Row]) -> None:
    """All rows, sorted, in place of the file. Raises RequestError where it cannot be written."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [f.name for f in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.as_text() for row in sorted(rows, key=lambda row: row.trial))
    try:
        with whole(path) as draft:
            draft.write_text(text.getvalue(), encoding="utf-8")
    except OSError as error:
        raise RequestError(f"{path}: cannot be written ({error.strerror}); free space, then run it again") from None


def _require_same(out: Path, settings: MnistSettings) -> None:
    try:
        there = decode(MnistSettings, json.loads((out / SETTINGS).read_text(encoding="utf-8")))
    except (ValueError, SettingsMismatch) as error:
        raise RequestError(f"{out / SETTINGS}: cannot be understood ({error}); use another --out") from None
    if found := differences(there, settings):
        raise RequestError(f"{out}: holds a sweep of other settings ({', '.join(found[:4])}); use another --out")
