"""`scenetrain eval`: a trained network beside the baselines, on the pairs of a split of shards."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

import torch

from scenegen.shards import ShardSet, located
from training.errors import RequestError
from training.evaluation.baselines import DenseSift, RgbDetail, RgbPatches, untrained
from training.evaluation.benchmarks.shards import SPLIT, HeldOutPairs
from training.evaluation.bins import ALL
from training.evaluation.claims import claims
from training.evaluation.contender import Dense
from training.evaluation.descriptor import Descriptor
from training.evaluation.figures import History, write_figures
from training.evaluation.labelled import LabelledSample, LabelledSamples
from training.evaluation.metrics import score, score_bins
from training.evaluation.predictions import Predictions, predicted
from training.evaluation.provenance import Provenance, provenance
from training.evaluation.table import DescriptorRow, EvaluationTable, to_json, to_text
from training.evaluation.taught import taught
from training.files.atomic import whole
from training.models.describe import NetworkDescriptor
from training.running.logs import HEALTH, LOG, VALIDATION, read_lines
from training.settings import Distance, ModelSettings
from training.weights.trained import Trained, open_trained


@dataclass(frozen=True)
class EvaluationSettings:
    """What is measured, and how much of it."""

    pairs: int = 0
    """Pairs at most, spread evenly over the shards; 0: all."""
    queries: int = 512
    """Visible rays asked per pair at most, and as many distractors."""
    window: int = 0
    """Side of the square windows in pixels; 0: whole pictures."""
    distance: Distance | None = None
    """How descriptors are compared; None: the trained ones as their objective does, the others by l2."""
    pictures: int = 32
    """Pictures at most for instances, categories and edges; 0 leaves these out."""
    seed: int = 0
    """Root of the choice of rays, of the clusters and of the resampled rooms."""
    split: str = SPLIT
    """Split that is measured."""


def evaluate(
    run: Path,
    shards: Path,
    out: Path | None = None,
    device: torch.device | str = "cpu",
    settings: EvaluationSettings | None = None,
) -> EvaluationTable:
    """Measure a trained network and the baselines; write table.json, table.txt and figures to `out`.

    `run` is what `--run` names (`training.weights.trained`); `out` is RUN/eval unless given, which a run without a
    folder needs. Predictions are kept there and used again for the same network, data and settings.
    Raises CheckpointError, ShardError, DataError and RequestError with a line for the user.
    """
    wanted, trained = settings or EvaluationSettings(), open_trained(run, device)
    out = out or _folder_of(trained, run) / "eval"
    descriptor = NetworkDescriptor("trained", trained.network)
    own = wanted.distance or trained.about.distance
    untaught = baselines(trained.about.network, trained.about.seed, device)
    others = [Dense(each, wanted.distance or "l2", device) for each in untaught]
    about = provenance(shards, wanted.split, taught(trained, located(shards)))
    settings = replace(wanted, distance=own)
    table = _measure([Dense(descriptor, own, device), *others], shards, about, trained.sha256, out, device, settings)
    write_table(table, out)
    _draw(descriptor, trained.folder, ShardSet(shards, wanted.split, layers=()), out, device)
    return table


def _folder_of(trained: Trained, run: Path) -> Path:
    """The folder of the run. Raises RequestError where it has none."""
    if trained.folder is None:
        raise RequestError(f"--run {run}: is no folder to write to; give --out DIR")
    return trained.folder


def baselines(model: ModelSettings, seed: int, device: torch.device | str) -> tuple[Descriptor, ...]:
    """What every table is compared with: the network without training, no network, and a classic."""
    return untrained(model, seed, device), RgbPatches(), RgbDetail(), DenseSift()


def _measure(
    contenders: Sequence[Dense],
    shards: Path,
    about: Provenance,
    weights: str,
    out: Path,
    device: torch.device | str,
    settings: EvaluationSettings,
) -> EvaluationTable:
    """The table of some descriptors; `weights` names the networks among them in the keys of kept predictions."""
    pictures = ShardSet(shards, settings.split, layers=())
    pairs = HeldOutPairs(pictures, settings.queries, settings.seed, settings.window, settings.pairs)
    samples = labelled(ShardSet(shards, settings.split), settings.pictures)
    rows = []
    for contender in contenders:
        predictions = kept_predictions(contender, pairs, weights, about.sha256, out, settings)
        numbers = claims(contender.descriptor, samples, settings.seed, device) if len(samples) else {}
        rows.append(row(predictions, numbers, settings.seed))
    return EvaluationTable(tuple(rows), asdict(about) | asdict(settings) | {"checkpoint_sha256": weights})


def labelled(every: ShardSet, limit: int) -> Sequence[LabelledSample]:
    """The pictures that the paper's claims are measured on; none without depth and instance layers."""
    layers = {info.name for number in range(len(every.entries)) for info in every.reader(number).datasets()}
    if not limit or not {"depth", "instance"} <= layers:
        return ()
    return cast("Sequence[LabelledSample]", LabelledSamples(every, limit))


def kept_predictions(
    contender: Dense, pairs: HeldOutPairs, weights: str, data_sha256: str, out: Path, settings: EvaluationSettings
) -> Predictions:
    """What a contender predicts, kept in `out` under all that it depends on."""
    key = json.dumps([contender.name, contender.distance, weights, data_sha256, asdict(settings)], sort_keys=True)
    return predicted(contender, pairs, out, key)


def row(predictions: Predictions, numbers: dict[str, float], seed: int) -> DescriptorRow:
    """One row of the table."""
    groups = {bins.title: score_bins(predictions, bins, seed) for bins in ALL}
    return DescriptorRow(predictions.name, predictions.channels, score(predictions, seed), groups, numbers)


def write_table(table: EvaluationTable, out: Path) -> None:
    """table.json and table.txt, each whole or not there."""
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (("table.json", to_json(table)), ("table.txt", to_text(table))):
        with whole(out / name) as draft:
            draft.write_text(text, encoding="utf-8")


def _draw(
    descriptor: Descriptor, run: Path | None, shards: ShardSet, out: Path, device: torch.device | str
) -> list[Path]:
    """All figures of the trained network, with the curves of its run where it has a folder."""
    samples = LabelledSamples(shards)
    training, validation, health = (read_lines(run / name) if run else [] for name in (LOG, VALIDATION, HEALTH))
    history = History(training, validation, health)
    return write_figures(descriptor, cast("Sequence[LabelledSample]", samples), out, history, device)
