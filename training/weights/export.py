"""From a run to a file of weights with its card beside it."""

from pathlib import Path

from training.errors import RequestError
from training.files.atomic import whole, writing
from training.weights import SUFFIX
from training.weights.card import card
from training.weights.trained import find_weights
from training.weights.weights_file import write_weights


def publish_weights(run: Path, out: Path) -> Path:
    """Write the weights that `--run` names to `out`, and their card beside it; its path.

    Raises CheckpointError for a run that cannot be opened, RequestError for a file that cannot be written.
    """
    if out.suffix != SUFFIX:
        raise RequestError(f"--out {out}: must end with {SUFFIX}")
    weights, beside = find_weights(run).weights, out.with_suffix(".md")
    write_weights(out, weights)
    with writing(beside), whole(beside) as draft:
        draft.write_text(card(out, weights), encoding="utf-8")
    return beside
