"""Shards and settings so small that a whole training run takes a second or two."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from shard_factory import make_content

from scenegen.shards import Status
from scenegen.shards.writer import encode_shard, publish
from training.objectives import registry
from training.objectives.stable import StableSettings
from training.running import fit as fit_module
from training.settings import AnySettings, DataSettings, FitSettings, ModelSettings, PixelSettings

TINY_MODEL = ModelSettings(widths=(8, 8), blocks=(1, 1), channels=8, heads=2)
TINY = FitSettings(
    objective="stable",
    loss=StableSettings(),
    batch=2,
    steps=6,
    model=TINY_MODEL,
    pixels=PixelSettings(points=200),
    data=DataSettings(crop=16, min_matches=4, workers=0),
)


def tiny(**changes) -> AnySettings:
    """The settings of a tiny run, with some changed at the top level."""
    return replace(TINY, **changes)


def tiny_of(name: str, **options) -> AnySettings:
    """A tiny run of an objective, with a network of as many stages as the objective wants maps."""
    settings = registry.with_objective(TINY, name, **options)
    stages = max(len(TINY_MODEL.widths), registry.kind(name).levels(settings.loss))
    return replace(settings, model=replace(settings.model, widths=(8,) * stages, blocks=(1,) * stages))


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for PyTorch's sums in the block, as in the processes of a run of several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def write_shards(folder: Path, train: int = 6, val: int = 4, seed: int = 0, **size: int) -> Path:
    """Two shards whose second view is the first one, so that every visible ray is a true match."""
    folder.mkdir(exist_ok=True)
    for split, samples in (("train", train), ("val", val)):
        if samples:
            content = make_content(samples=samples, layers=(), seed=seed + len(split), split=split, **size)
            content.arrays["rgb"][:, 1] = content.arrays["rgb"][:, 0]
            visible = np.full_like(content.arrays["rays/status"], Status.VISIBLE)
            content.arrays["rays/status"] = visible
            content.arrays["rays/xy"] = content.arrays["rays/xy0"][:, None].astype(np.float32)
            publish(folder / f"{split}.h5", encode_shard(content))
    return folder


class Killed(BaseException):
    """Nothing in the program expects it."""


def killed_after(monkeypatch, steps: int) -> None:
    """Let runs die, without any goodbye, once they have made so many steps from now on."""
    real, made = fit_module.train, itertools.count(1)

    def dying(*arguments, **named):
        for state in real(*arguments, **named):
            yield state
            if next(made) == steps:
                raise Killed

    monkeypatch.setattr(fit_module, "train", dying)


def assert_same(a, b):
    for name in ("image0", "image1"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    for name in ("xy0", "xy1", "status", "foreground"):
        np.testing.assert_array_equal(getattr(a.rays, name), getattr(b.rays, name))
