"""The folder of a sweep: its files, and what may go on in it."""

import json
from dataclasses import asdict
from pathlib import Path

from training.coding import SettingsMismatch, decode, differences
from training.errors import RequestError
from training.experiments.colored_mnist.settings import MnistSettings
from training.files.atomic import whole

ROWS, SETTINGS = "runs.csv", "settings.json"


def open_ledger(out: Path, settings: MnistSettings) -> None:
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


def _require_same(out: Path, settings: MnistSettings) -> None:
    try:
        there = decode(MnistSettings, json.loads((out / SETTINGS).read_text(encoding="utf-8")))
    except (ValueError, SettingsMismatch) as error:
        raise RequestError(f"{out / SETTINGS}: cannot be understood ({error}); use another --out") from None
    if found := differences(there, settings):
        raise RequestError(f"{out}: holds a sweep of other settings ({', '.join(found[:4])}); use another --out")
