"""What a contender predicts on the pairs of a benchmark: computed once and kept, and every metric is made from it.

Predictions are kept in blocks of BLOCK pairs, each a file that is whole or not there, so that a long list goes on
where it stopped.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import h5py
import numpy as np
from numpy.typing import NDArray

from training.errors import DataError
from training.evaluation.answers import PROTOCOL, Answers, Found, no_matches
from training.evaluation.arrays import joined, read_group, write_group
from training.evaluation.contender import Contender, Response
from training.evaluation.pair import Pair, RelativePose
from training.files.atomic import whole, writing

Array = NDArray[Any]
BLOCK = 32
"""Pairs in a file."""


class Pairs(Protocol):
    """A sequence of pairs, each made when it is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Pair: ...


@dataclass(frozen=True)
class PairFacts:
    """What is known of P pairs; NaN where it is not."""

    scene: Array
    """(P,) text."""
    name: Array
    """(P,) text."""
    size0: Array
    """(P, 2) int64 width and height of view 0."""
    judged: Array
    """(P,) bool: there is a truth about any match of the contender's own."""
    overlap: Array
    """(P,) float64 share of view 0's surface that view 1 sees."""
    view_angle_deg: Array
    """(P,) float64 angle between the optical axes."""
    baseline_m: Array
    """(P,) float64 distance of the cameras."""
    homography: Array
    """(P, 3, 3) float64 from view 0 to view 1."""
    K0: Array
    """(P, 3, 3) float64."""
    K1: Array
    """(P, 3, 3) float64."""
    T_1_0: Array
    """(P, 4, 4) float64."""
    lens0: Array
    """(P,) text of the lens before K0, as `scenegen.lenses.parse` reads it; a pinhole where no camera is known."""
    lens1: Array
    """(P,) text of that before K1."""

    def __len__(self) -> int:
        return len(self.scene)


@dataclass(frozen=True)
class Predictions:
    """What one contender says about P pairs."""

    name: str
    """The contender."""
    key: str
    """What the answers depend on, as text: a file with another key is of no use."""
    channels: int
    """D."""
    answers: Answers
    pair: Array
    """(Q,) int64 row of the pair that each query belongs to."""
    pixel: Array
    """(Q, 2) int64 queried pixel of view 0."""
    found: Found
    sought: bool
    """Whether the contender looks for matches of its own: if so, none found is an answer too."""
    found_pair: Array
    """(M,) int64 row of the pair that each own match belongs to."""
    pairs: PairFacts


def predict(contender: Contender, pairs: Iterable[Pair], key: str) -> Predictions:
    """Ask a contender about all pairs, one at a time."""
    return _joined([_prediction(contender.name, key, pair, contender.respond(pair)) for pair in pairs])


def predicted(
    contender: Contender,
    pairs: Pairs,
    out: Path,
    key: str,
    tell: Callable[[int], None] = lambda _: None,
) -> Predictions:
    """Predictions kept in `out` by the same protocol and key, or new ones, which are then kept, block by block.

    `tell` is called after each block with the number of pairs done. Raises DataError when no asked pixel of any pair
    is visible and no matches were sought, either; RequestError when they cannot be kept.
    """
    parts, folder, key = [], out / "predictions" / file_name(contender.name), f"{PROTOCOL} {key}"
    for first in range(0, len(pairs), BLOCK):
        path, last = folder / f"{first // BLOCK:04d}.h5", min(first + BLOCK, len(pairs))
        kept = load_predictions(path, key)
        if kept is None:
            kept = predict(contender, (pairs[number] for number in range(first, last)), key)
            save_predictions(path, kept)
        parts.append(kept)
        tell(last)
    made = _joined(parts)
    if not len(made.answers) and not made.sought:
        raise DataError("no asked pixel of any pair is visible in both views: choose pairs with more overlap")
    return made


def file_name(name: str) -> str:
    """A contender's name as that of a file or folder."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def save_predictions(path: Path, predictions: Predictions) -> None:
    """Write as HDF5: first beside `path`, then renamed, so that a file is whole or not there."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as draft, h5py.File(draft, "w") as file:
            write_group(file, predictions)


def load_predictions(path: Path, key: str) -> Predictions | None:
    """What `save_predictions` wrote for the same key; None where there is no such file, or it is damaged."""
    try:
        with h5py.File(path) as file:
            predictions = read_group(file, Predictions)
    except (OSError, KeyError, TypeError, RuntimeError):
        return None
    return predictions if predictions.key == key else None


def _prediction(name: str, key: str, pair: Pair, response: Response) -> Predictions:
    """The predictions about one pair."""
    answers = response.answers if response.answers is not None else _no_answers()
    found = response.found if response.found is not None else no_matches()
    return Predictions(
        name=name,
        key=key,
        channels=response.channels,
        answers=answers,
        pair=np.zeros(len(answers), np.int64),
        pixel=pair.xy0 if len(answers) else np.zeros((0, 2), np.int64),
        found=found,
        sought=response.found is not None,
        found_pair=np.zeros(len(found), np.int64),
        pairs=_facts(pair),
    )


def _facts(pair: Pair) -> PairFacts:
    """One row."""
    unknown = np.full((4, 4), np.nan)
    pose = pair.pose or RelativePose(unknown[:3, :3], unknown[:3, :3], unknown)
    return PairFacts(
        scene=np.array([pair.scene], str),
        name=np.array([pair.name], str),
        size0=np.array([pair.images[0].shape[1::-1]], np.int64),
        judged=np.array([pair.truth is not None]),
        overlap=np.array([pair.overlap], np.float64),
        view_angle_deg=np.array([pair.view_angle_deg], np.float64),
        baseline_m=np.array([pair.baseline_m], np.float64),
        homography=_row(unknown[:3, :3] if pair.homography is None else pair.homography),
        K0=_row(pose.K0),
        K1=_row(pose.K1),
        T_1_0=_row(pose.T_1_0),
        lens0=np.array([str(pose.lenses[0])], str),
        lens1=np.array([str(pose.lenses[1])], str),
    )


def _row(value: Array) -> Array:
    return np.asarray(value, np.float64)[None]


def _no_answers() -> Answers:
    """About no query."""
    none, points = np.zeros(0, np.float32), np.zeros((0, 2), np.float32)
    counts = np.zeros(0, np.int64)
    return Answers(np.zeros(0, bool), points, points, none, none, counts, counts, counts, none)


def _joined(parts: Sequence[Predictions]) -> Predictions:
    """The predictions of all parts as one, with the rows of pairs counted on."""
    if not parts:
        raise DataError("there is no pair to measure: choose another split or folder")
    first = np.cumsum([0, *(len(part.pairs) for part in parts[:-1])])
    return Predictions(
        name=parts[0].name,
        key=parts[0].key,
        channels=parts[0].channels,
        answers=joined(Answers, (part.answers for part in parts)),
        pair=np.concatenate([part.pair + start for part, start in zip(parts, first, strict=True)]),
        pixel=np.concatenate([part.pixel for part in parts]),
        found=joined(Found, (part.found for part in parts)),
        sought=parts[0].sought,
        found_pair=np.concatenate([part.found_pair + start for part, start in zip(parts, first, strict=True)]),
        pairs=joined(PairFacts, (part.pairs for part in parts)),
    )
