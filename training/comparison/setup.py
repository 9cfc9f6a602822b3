"""What all runs of a comparison have in common, and the folder that holds them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.coding import differences
from training.comparison.contestant import Contestant
from training.comparison.trial import Trial
from training.errors import RequestError
from training.evaluation.run import EvaluationSettings
from training.files.atomic import whole
from training.running.run_folder import FREE
from training.settings import AnySettings, Every

SETTINGS, RUNS = "settings.json", "runs"
"""Names in the folder of a comparison."""
_OWN = ("objective", "loss", "seed")
"""Settings in which runs differ."""


@dataclass(frozen=True)
class Setup:
    """Everything but the objective, the learning rate's factor and the seed."""

    base: AnySettings
    """Settings of every run; its objective, options and seed are not used."""
    evaluation: EvaluationSettings
    """What is measured at the end."""
    every: Every
    """How often the runs are looked at."""
    data: Path
    """Folder that the runs train on: shards, or pictures."""
    held_out: Path
    """Shards whose split `val` is measured."""
    out: Path
    """Folder of the comparison."""
    device: str
    """`cpu` or `cuda`."""
    train_sha256: str
    """Digest of the training data."""
    val_sha256: str
    """Digest of the held-out shards."""

    def folder(self, trial: Trial) -> Path:
        """The run folder of a trial."""
        return self.out / RUNS / trial.folder


def check_folder(setup: Setup, contestants: Sequence[Contestant]) -> dict[str, Any]:
    """What the settings of the folder are to be, for a comparison that begins or goes on there; writes nothing.

    Contestants, seeds and factors may be added later. Raises RequestError when the folder holds a comparison of other
    settings or other shards, with what differs.
    """
    path, here = setup.out / SETTINGS, _plain(setup, contestants)
    there = _read(path) if path.is_file() else here
    if found := differences(there, here, frozenset(f"run.{name}" for name in FREE)):
        shown = ", ".join(found[:4])
        raise RequestError(f"{setup.out}: holds a comparison of other settings ({shown}); use another --out")
    return here | {"contestants": there["contestants"] | here["contestants"]}


def open_folder(setup: Setup, contestants: Sequence[Contestant]) -> None:
    """Make the folder of a comparison, or go on in it. Raises as `check_folder`, and where it cannot be written."""
    content = check_folder(setup, contestants)
    try:
        setup.out.mkdir(parents=True, exist_ok=True)
        with whole(setup.out / SETTINGS) as draft:
            draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise RequestError(f"--out {setup.out}: cannot be written ({error.strerror}); choose another folder") from None


def _plain(setup: Setup, contestants: Sequence[Contestant]) -> dict[str, Any]:
    """All that decides what the numbers of a comparison are, as JSON has it."""
    run = {name: value for name, value in asdict(setup.base).items() if name not in _OWN}
    content = {
        "run": run,
        "evaluation": asdict(setup.evaluation),
        "data": {"train_sha256": setup.train_sha256, "val_sha256": setup.val_sha256},
        "contestants": {each.name: asdict(each.loss) for each in contestants},
    }
    return json.loads(json.dumps(content))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content["contestants"], dict):
            return content
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise RequestError(f"{path}: is not that of a comparison; use another --out")
