"""The folder of a run: what may go on in it, what is refused, and what it is made of."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.coding import differences
from training.data.surfaces import Surfaces
from training.errors import RequestError
from training.files.atomic import whole
from training.running.checkpoint import NAME, Checkpoint, load
from training.running.logs import HEALTH, LOG, PACE, TENSORBOARD, VALIDATION
from training.settings import AnySettings
from training.weights import BUILTIN

SETTINGS, RUN = "settings.json", "run.json"
"""What was asked for; what it was run on."""
FREE = frozenset({"data.workers"})
"""Settings that may change when a run goes on: they do not change what is computed."""


def previous(run: Path, settings: AnySettings, data_sha256: str) -> Checkpoint | None:
    """The checkpoint to go on from; None for a run that begins.

    Raises RequestError when the folder holds a run of other settings or of other data, with what differs.
    """
    if not (run / NAME).is_file():
        return None
    checkpoint = load(run / NAME)
    if (checkpoint.settings.views is None) != (settings.views is None):
        kind = "shards (--shards)" if checkpoint.settings.views is None else "pictures (--images)"
        raise RequestError(f"{run}: was trained on {kind}; use another --out, or --no-resume to begin anew")
    if found := differences(checkpoint.settings, settings, FREE):
        shown = ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
        raise RequestError(
            f"{run}: holds a run of other settings ({shown}); use another --out, or --no-resume to begin anew"
        )
    if checkpoint.data_sha256 != data_sha256:
        raise RequestError(
            f"{run}: was trained on other shards (sha256 {checkpoint.data_sha256[:12]} there, {data_sha256[:12]} now); "
            "give the same --shards, another --out, or --no-resume to begin anew"
        )
    return checkpoint


def begin(run: Path, settings: AnySettings, facts: dict[str, Any]) -> None:
    """Make the folder and write settings.json and run.json. Raises RequestError where that is impossible."""
    if run == BUILTIN:  # no --run could name it, and none the package's weights from where it lies
        raise RequestError(f"--out {run}: is what --run calls the weights of the package; choose another folder")
    try:
        run.mkdir(parents=True, exist_ok=True)
        for name, values in ((SETTINGS, asdict(settings)), (RUN, facts)):
            with whole(run / name) as draft:
                draft.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise RequestError(f"--out {run}: cannot be written ({error.strerror}); choose another folder") from None


def as_facts(shown: Surfaces | None) -> dict[str, list[str]]:
    """What run.json says of the rooms and objects of the training data; nothing where they are not known."""
    return {} if shown is None else {name: sorted(getattr(shown, name)) for name in _SHOWN}


def trained_on(run: Path, data_sha256: str) -> Surfaces | None:
    """The rooms and objects that a run of these data was trained on; None where its run.json does not say."""
    try:
        facts = json.loads((run / RUN).read_text(encoding="utf-8"))
        same = facts["data_sha256"] == data_sha256
        return Surfaces(*(frozenset(map(str, facts[name])) for name in _SHOWN)) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


_SHOWN = ("rooms", "objects")


def clear(run: Path) -> None:
    """Remove what a run wrote, and nothing else."""
    for name in (NAME, SETTINGS, RUN, LOG, VALIDATION, HEALTH, PACE):
        (run / name).unlink(missing_ok=True)
    shutil.rmtree(run / TENSORBOARD, ignore_errors=True)
