"""What a network was trained on, as far as it is recorded: by it rooms and objects count as held out, or do not."""

import json
from dataclasses import dataclass
from pathlib import Path

from training.data.pairs import content_digest, splits
from training.data.surfaces import Surfaces, surfaces
from training.running.run_folder import trained_on
from training.weights.trained import Trained

TRAIN = "train"
"""Split that runs are trained on."""


@dataclass(frozen=True)
class Taught:
    """The rooms and objects of the training data, and from where they are known."""

    shown: Surfaces | None
    """What the training data show; None where that is not known."""
    remark: str
    """From where that is known, or why it is not."""


def taught(trained: Trained, shards: Path) -> Taught:
    """What a network was trained on, from these shards if it was on them, else from its run folder."""
    found = _recorded(trained, shards)
    begun = json.loads(trained.about.settings).get("init_from")
    return (
        Taught(found.shown, f"{found.remark}; what {begun} saw, by which it began, is not counted") if begun else found
    )


def _recorded(trained: Trained, shards: Path) -> Taught:
    digest = trained.about.data_sha256
    if TRAIN in splits(shards) and content_digest(shards, TRAIN) == digest:
        return Taught(surfaces(shards, TRAIN), "it was trained on the split train of this folder")
    if trained.folder and (shown := trained_on(trained.folder, digest)):
        return Taught(shown, "it was trained on other shards, whose rooms and objects its run.json names")
    return Taught(None, f"of what the network was trained on the digest alone is recorded ({digest[:12] or 'none'}), "
                  "and it is not that of these shards")  # fmt: skip
