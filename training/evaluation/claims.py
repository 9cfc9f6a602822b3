"""The paper's two claims as numbers: instances separate, and some channels flip at edges.

The room covers most of a picture, so the category probe sees as many pixels of objects as of the room.

Two passes over view 0 of the samples. The first scores clusters and collects pixels and sign flips; probes are
fitted and channels chosen on one fold of rooms; the second pass draws edge maps and counts flips on the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from sklearn.pipeline import Pipeline

from training.errors import DataError
from training.evaluation.clustering import FIRST_OBJECT, BitPurity, ClusteringScores, bit_purity, instance_clustering
from training.evaluation.descriptor import Descriptor
from training.evaluation.edges import (
    EdgeCounts,
    FlipCounts,
    count_any_flip,
    count_edges,
    count_flips,
    depth_edges,
    edge_scores,
    far_from,
    tolerance_px,
    total_flips,
)
from training.evaluation.labelled import BACKGROUND, LabelledSample
from training.evaluation.probes import category_probe, fit_logistic, folds
from training.seeding import Stream, numpy_generator

Array = NDArray[Any]
PIXELS = 2_000
"""Pixels of each picture that probes are fitted and tested on."""
TOP = 3
"""Channels that are looked at together for sign flips at edges."""


@dataclass(frozen=True)
class Observed:
    """What the first pass keeps of a picture."""

    clustering: ClusteringScores
    purity: BitPurity
    features: Array
    """(n, D) float32 descriptors of random pixels: as many of the room as of objects, where there are enough."""
    categories: Array
    """(n,) their categories."""
    edge_features: Array
    """(m, D) float32 descriptors of random pixels that are edges or far from them."""
    is_edge: Array
    """(m,) bool."""
    flips: FlipCounts


@dataclass(frozen=True)
class _Drawn:
    """What the second pass keeps of a picture."""

    edges: EdgeCounts
    probability: Array
    """(m,) float64 edge probability of the pixels of `Observed.edge_features`."""
    top_flips: FlipCounts


def claims(
    descriptor: Descriptor, samples: Sequence[LabelledSample], seed: int, device: torch.device | str = "cpu"
) -> dict[str, float]:
    """All numbers of the two claims for one descriptor, by flat names; NaN where the samples cannot tell.

    `samples` is gone through twice. Names: `clusters/*` (k-means and sign codes, means over pictures), `category/*`
    (linear probe), `edges/*` (edge probe: average precision, F fixed and tuned), `flips/*` (sign flips at depth
    edges). `probe/rooms_apart` is 1 where the probes' folds share no room. Raises DataError without samples or layers.
    """
    if not len(samples):
        raise DataError("no sample to check the claims on: render more pairs or raise the limit")
    observed = [_observe(descriptor, sample, seed, index, device) for index, sample in enumerate(samples)]
    fold, apart = folds([sample.room for sample in samples])
    numbers = _cluster_numbers(observed) | {"probe/rooms_apart": float(apart)} | _category_numbers(observed, fold)
    return numbers | _edge_numbers(descriptor, samples, observed, fold, device)


@torch.no_grad()
def describe(descriptor: Descriptor, rgb: Array, device: torch.device | str = "cpu") -> NDArray[np.float32]:
    """(D, H, W) float32 descriptors of one picture (H, W, 3) uint8."""
    image = torch.from_numpy(np.ascontiguousarray(rgb.transpose(2, 0, 1)))[None].to(device)
    return descriptor(image)[0].float().cpu().numpy()


def _observe(
    descriptor: Descriptor, sample: LabelledSample, seed: int, index: int, device: torch.device | str
) -> Observed:
    depth, instance = sample.layers()
    features = describe(descriptor, sample.sample.rgb[0], device)
    edge = depth_edges(depth)
    rng = numpy_generator(seed, Stream.EVALUATION, index)
    categories = sample.category_map()
    seen = np.union1d(
        _some(np.flatnonzero((categories == BACKGROUND).ravel()), PIXELS // 2, rng),
        _some(np.flatnonzero((instance >= FIRST_OBJECT).ravel()), PIXELS // 2, rng),
    )
    asked = _some(np.flatnonzero(edge | far_from(edge, tolerance_px(edge.shape))), PIXELS, rng)
    flat = features.reshape(len(features), -1)
    return Observed(
        instance_clustering(features, instance, seed),
        bit_purity(features, instance),
        flat[:, seen].T,
        categories.ravel()[seen],
        flat[:, asked].T,
        edge.ravel()[asked],
        count_flips(features, edge),
    )


def _some(candidates: Array, count: int, rng: np.random.Generator) -> Array:
    """At most `count` of the candidates (n,), without repetition, in order."""
    return np.sort(rng.choice(candidates, min(count, len(candidates)), replace=False))


def _cluster_numbers(observed: Iterable[Observed]) -> dict[str, float]:
    rows = [asdict(each.clustering) | asdict(each.purity) for each in observed]
    numbers = {f"clusters/{name}": _mean(row[name] for row in rows) for name in rows[0]}
    return numbers | {"clusters/pictures": float(sum(np.isfinite(row["fg_ari"]) for row in rows))}


def _mean(values: Iterable[float]) -> float:
    """Mean of the finite values, NaN when there is none."""
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")


def _category_numbers(observed: Sequence[Observed], fold: Array) -> dict[str, float]:
    features = np.concatenate([each.features for each in observed])
    categories = np.concatenate([each.categories for each in observed])
    scores = category_probe(features, categories, np.repeat(fold, [len(each.features) for each in observed]))
    return {f"category/{name}": float(value) for name, value in asdict(scores).items()}


def _edge_numbers(
    descriptor: Descriptor,
    samples: Sequence[LabelledSample],
    observed: Sequence[Observed],
    fold: Array,
    device: torch.device | str,
) -> dict[str, float]:
    """Each fold is judged by the probe and the channels of the other."""
    learnt = [_learn([each for each, of in zip(observed, fold, strict=True) if of != tested]) for tested in (0, 1)]
    if any(one is None for one in learnt):
        return dict.fromkeys(_EDGE_NAMES, float("nan"))
    drawn = [
        _draw(descriptor, sample, each, learnt[tested], device)
        for sample, each, tested in zip(samples, observed, fold, strict=True)
    ]
    scores = edge_scores(each.edges for each in drawn)
    truth = np.concatenate([each.is_edge for each in observed])
    precision = average_precision_score(truth, np.concatenate([each.probability for each in drawn]))
    top = total_flips(each.top_flips for each in drawn)
    single = total_flips(each.flips for each in observed)
    best = int(single.contrast().argmax())
    values = (
        precision, truth.mean(), *asdict(scores).values(), *_shares(top, 0), *_shares(single, best), best
    )  # fmt: skip
    return dict(zip(_EDGE_NAMES, map(float, values), strict=True))


_EDGE_NAMES = (
    "edges/ap",
    "edges/ap_chance",
    "edges/f_fixed",
    "edges/f_tuned",
    "edges/f_per_picture",
    "edges/f_everywhere",
    "flips/top_at_edges",
    "flips/top_elsewhere",
    "flips/best_at_edges_tuned",
    "flips/best_elsewhere_tuned",
    "flips/best_channel",
)
"""`top`: one of the 3 channels chosen on the other fold flips. `best`: the channel that is best on this very set."""


def _shares(flips: FlipCounts, channel: int) -> tuple[float, float]:
    """Share of edge pixels and of other pixels at which a channel flips."""
    return flips.at_edges[channel] / max(flips.edges, 1), flips.elsewhere[channel] / max(flips.others, 1)


def _learn(observed: Sequence[Observed]) -> tuple[Pipeline, Array] | None:
    """Edge probe and the TOP channels that flip at edges rather than elsewhere; None without edges to learn from."""
    features = [each.edge_features for each in observed]
    is_edge = np.concatenate([each.is_edge for each in observed]) if observed else np.zeros(0, bool)
    if is_edge.all() or not is_edge.any():
        return None
    channels = np.argsort(-total_flips(each.flips for each in observed).contrast(), kind="stable")[:TOP]
    return fit_logistic(np.concatenate(features), is_edge, balanced=True), channels


def _draw(
    descriptor: Descriptor,
    sample: LabelledSample,
    observed: Observed,
    learnt: tuple[Pipeline, Array] | None,
    device: torch.device | str,
) -> _Drawn:
    assert learnt is not None
    probe, channels = learnt
    edge = depth_edges(sample.layers()[0])
    features = describe(descriptor, sample.sample.rgb[0], device)
    probability = probe.predict_proba(features.reshape(len(features), -1).T)[:, 1].reshape(edge.shape)
    return _Drawn(
        count_edges(probability, edge),
        probe.predict_proba(observed.edge_features)[:, 1],
        count_any_flip(features[channels], edge),
    )
