"""What a descriptor predicts on held-out pairs: computed once, kept in a file, and every metric is made from it.

Each query is a traced ray of view 0. Its descriptor is looked for among all pixels of view 1, and what was found
is looked for again among all pixels of view 0. The true match is the pixel that the true projection falls in, with
that pixel's own descriptor, so that rank 0 and "recall@1" are the same thing; pixel errors are measured from
the sub-pixel projection.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.errors import DataError
from training.evaluation.descriptor import Descriptor
from training.evaluation.heldout import PairRays
from training.evaluation.nearest import as_pixels, as_rows, comparable, mutual, pairwise, ranks
from training.settings import Distance
from training.whole import whole

Array = NDArray[Any]


@dataclass(frozen=True)
class Answers:
    """What one descriptor says about Q queries, or about those of many pairs one after the other."""

    visible: Array
    """(Q,) bool: a true query, or a distractor that has no match in view 1."""
    predicted: Array
    """(Q, 2) float32 nearest pixel of view 1."""
    true: Array
    """(Q, 2) float32 true projection; NaN for distractors."""
    distance: Array
    """(Q,) float32 distance to the predicted pixel's descriptor."""
    true_distance: Array
    """(Q,) float32 distance to the true pixel's descriptor; NaN for distractors."""
    closer: Array
    """(Q,) int64 pixels of view 1 strictly closer than the true one; 0 for distractors."""
    equal: Array
    """(Q,) int64 other pixels exactly as close as the true one; 0 for distractors."""
    pixels: Array
    """(Q,) int64 pixels of view 1."""
    returned_px: Array
    """(Q,) float32 distance of the query to the pixel of view 0 nearest to the predicted one: 0 when mutual."""

    def __len__(self) -> int:
        return len(self.visible)

    @classmethod
    def join(cls, parts: Iterable[Self]) -> Self:
        """The queries of all parts, one after the other."""
        parts = list(parts)
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


@dataclass(frozen=True)
class Predictions:
    """Answers of one descriptor on a set of P pairs."""

    name: str
    """The descriptor."""
    key: str
    """What the answers depend on, as text: a file with another key is of no use."""
    channels: int
    """D."""
    answers: Answers
    pair: Array
    """(Q,) int64 row of the pair that each query belongs to."""
    room: Array
    """(P,) text."""
    overlap: Array
    """(P,) float64 share of view 0's surface that view 1 sees."""
    view_angle_deg: Array
    """(P,) float64 angle between the optical axes."""
    baseline_m: Array
    """(P,) float64 distance of the cameras."""
    pixel: Array
    """(Q, 2) int64 queried pixel of view 0."""


@torch.no_grad()
def predict(
    name: str,
    descriptor: Descriptor,
    pairs: Iterable[PairRays],
    distance: Distance,
    device: torch.device | str,
    key: str,
) -> Predictions:
    """Ask a descriptor about all pairs, one at a time. Raises DataError when no ray of any pair is visible."""
    rows, answers, pixels, channels = [], [], [], 0
    for pair in pairs:
        images = torch.from_numpy(np.ascontiguousarray(pair.images.transpose(0, 3, 1, 2))).to(device)
        features0, features1 = descriptor(images[:1])[0], descriptor(images[1:])[0]
        channels = len(features0)
        xy0, xy1 = torch.from_numpy(pair.xy0).to(device), torch.from_numpy(pair.xy1).to(device)
        answers.append(answer(features0, features1, xy0, xy1, pair.visible, distance))
        rows.append((pair.room, pair.overlap, pair.view_angle_deg, pair.baseline_m))
        pixels.append(pair.xy0)
    if not sum(map(len, answers)):
        raise DataError("no ray of the held-out pairs is visible in both views: render pairs with more overlap")
    number = np.repeat(np.arange(len(answers)), [len(each) for each in answers])
    room, *meta = zip(*rows, strict=True)
    overlap, angle, baseline = (np.array(values, np.float64) for values in meta)
    return Predictions(
        name=name,
        key=key,
        channels=channels,
        answers=Answers.join(answers),
        pair=number,
        room=np.array(room),
        overlap=overlap,
        view_angle_deg=angle,
        baseline_m=baseline,
        pixel=np.concatenate(pixels),
    )


@torch.no_grad()
def answer(
    features0: Tensor, features1: Tensor, xy0: Tensor, xy1: Tensor, visible: Array, distance: Distance = "l2"
) -> Answers:
    """Look for the descriptors at `xy0` (Q, 2) of features0 (D, H, W) in all of features1 (D, H', W')."""
    (features0, norm), (features1, _) = (comparable(features, distance) for features in (features0, features1))
    bank0, bank1 = as_rows(features0), as_rows(features1)
    size0, size1 = (features.shape[2] for features in (features0, features1))
    start = xy0[:, 1] * size0 + xy0[:, 0]
    there, found, back = mutual(bank0[start], bank0, bank1, norm)
    seen = torch.from_numpy(np.flatnonzero(visible)).to(start.device)
    last = torch.tensor([features1.shape[2] - 1, features1.shape[1] - 1], device=start.device)
    target = torch.minimum(torch.floor(xy1[seen] + 0.5).long(), last)  # x + 0.5 may be rounded up to the width
    queries, true = bank0[start[seen]], target[:, 1] * size1 + target[:, 0]
    limit = pairwise(queries, bank1[true], norm)
    rank = ranks(queries, bank1, limit, norm)
    returned = torch.linalg.vector_norm((as_pixels(back, size0) - xy0).float(), dim=1)
    return Answers(
        visible=np.asarray(visible),
        predicted=_numpy(as_pixels(there, size1).float()),
        true=np.where(visible[:, None], _numpy(xy1), np.float32(np.nan)),
        distance=_numpy(found),
        true_distance=_scattered(limit, visible, np.nan),
        closer=_scattered(rank.closer, visible, 0),
        equal=_scattered(rank.equal - 1, visible, 0),
        pixels=np.full(len(visible), len(bank1)),
        returned_px=_numpy(returned),
    )


def _scattered(values: Tensor, where: Array, other: float) -> Array:
    """`values` (n,) at the n true entries of `where` (Q,), `other` elsewhere."""
    source = _numpy(values)
    result = np.full(len(where), other, source.dtype)
    result[where] = source
    return result


def _numpy(values: Tensor) -> Array:
    return values.cpu().numpy()


def save(path: Path, predictions: Predictions) -> None:
    """Write as HDF5: first beside `path`, then renamed, so that a file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as draft, h5py.File(draft, "w") as file:
        for name, value in _flat(predictions):
            text = isinstance(value, np.ndarray) and value.dtype.kind == "U"
            file[name] = value.astype(h5py.string_dtype()) if text else value


def load(path: Path, key: str) -> Predictions | None:
    """What `save` wrote for the same key; None where there is no such file, or it is damaged."""
    try:
        with h5py.File(path) as file:
            values = {field.name: _value(file[field.name]) for field in fields(Predictions) if field.name != "answers"}
            answers = Answers(**{field.name: _value(file[f"answers/{field.name}"]) for field in fields(Answers)})
            predictions = Predictions(answers=answers, **values)
    except (OSError, KeyError, TypeError, RuntimeError):
        return None
    return predictions if predictions.key == key else None


def _flat(predictions: Predictions) -> Iterator[tuple[str, Any]]:
    for field in fields(Predictions):
        value = getattr(predictions, field.name)
        if field.name != "answers":
            yield field.name, value
    for field in fields(Answers):
        yield f"answers/{field.name}", getattr(predictions.answers, field.name)


def _value(dataset: Any) -> Any:
    """A dataset as an array, or as text or a number when it holds one value."""
    value = dataset.asstr()[()] if h5py.check_string_dtype(dataset.dtype) else dataset[()]
    if not dataset.shape:
        return value if isinstance(value, str) else value.item()
    return value.astype(str) if value.dtype == object else value
