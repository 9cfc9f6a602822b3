"""The numbers of some contenders on some benchmarks, from predictions that are kept."""

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.shards import file_sha256
from training.evaluation.benchmarks.benchmark import Asked, Benchmark, Question, Source
from training.evaluation.contender import Contender
from training.evaluation.metrics import Scores, score
from training.evaluation.pair import Array
from training.evaluation.photos.settings import PhotoSettings
from training.evaluation.predictions import Predictions, predicted
from training.evaluation.thresholds import Thresholds
from training.evaluation.truths.scaled import long_side

SMALL_BYTES = 1 << 20
"""Files of at most so many bytes are known by what they hold, larger ones by name and size."""


NOT_ASKED = frozenset({"homography_px", "pose_px", "disparity_scale", "split"})
"""Settings by which kept predictions are judged, and those that the digest of their data holds."""


@dataclass(frozen=True)
class Result:
    """One contender on one benchmark."""

    contender: str
    """Name of the contender."""
    channels: int
    """D."""
    scores: Scores


@dataclass(frozen=True)
class Sheet:
    """All contenders on one benchmark."""

    benchmark: str
    """Its name."""
    title: str
    """What it is."""
    data: str
    """Digest of which files there are, how large, and what the small ones hold."""
    results: tuple[Result, ...]


@dataclass(frozen=True)
class PhotoTable:
    """All sheets, and what they were made with."""

    sheets: tuple[Sheet, ...]
    settings: dict[str, Any]


Tell = Callable[[str, str, int, int], None]
"""Is told benchmark, contender, pairs done, and pairs in all."""


def sheet(
    name: str,
    benchmark: Benchmark,
    sources: Sequence[Source],
    contenders: Sequence[Contender],
    out: Path,
    settings: PhotoSettings,
    tell: Tell,
) -> tuple[Sheet, dict[str, Predictions]]:
    """The numbers of a benchmark, and the predictions that they are from, by contender."""
    pairs, data = Asked(benchmark, sources, question(settings)), sources_digest(sources)
    made: dict[str, Predictions] = {}
    for contender in contenders:
        key = json.dumps([name, contender.name, contender.method, data, _asked(settings)], sort_keys=True)
        made[contender.name] = predicted(
            contender, pairs, out / name, key, lambda done, who=contender.name: tell(name, who, done, len(pairs))
        )
    results = tuple(
        Result(
            who,
            predictions.channels,
            score(predictions, settings.seed, Thresholds(settings.homography_px, settings.pose_px)),
        )
        for who, predictions in made.items()
    )
    return Sheet(name, benchmark.title, data, results), made


def question(settings: PhotoSettings) -> Question:
    """What is asked of each pair."""
    size = partial(long_side, side=settings.long_side) if settings.long_side else None
    return Question(settings.queries, settings.seed, size, settings.pairs)


def _asked(settings: PhotoSettings) -> dict[str, Any]:
    """The settings that predictions depend on, besides those that their data's digest holds."""
    return {name: value for name, value in asdict(settings).items() if name not in NOT_ASKED}


def sources_digest(sources: Sequence[Source]) -> str:
    """sha256 of scenes, names, numbers and the identities of all files: the same for every copy of the data."""
    known = {file: _identity(file) for file in {file for source in sources for file in source.files}}
    lines = [
        [source.scene, source.name, *map(_rounded, source.numbers), *(known[file] for file in source.files)]
        for source in sources
    ]
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()


def _identity(file: Path) -> tuple[str, int, str]:
    """Name and size of a file, and what it holds where it is small: a truth that was corrected may be as long."""
    size = file.stat().st_size if file.is_file() else -1
    return file.name, size, file_sha256(file) if 0 <= size <= SMALL_BYTES else ""


def _rounded(numbers: Array) -> str:
    """Numbers as text, without the last digits, in which machines differ."""
    return np.array2string(np.round(numbers, 6) + 0.0, threshold=sys.maxsize, floatmode="fixed", precision=6)
