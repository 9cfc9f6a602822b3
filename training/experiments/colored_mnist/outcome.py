"""What a sweep leaves beside its rows: the verdicts as a table, and the figures."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import torch
from rich.console import Console
from torch import Tensor, nn

from training.experiments.colored_mnist.backbone import Curve
from training.experiments.colored_mnist.domains import split_images
from training.experiments.colored_mnist.figures import draw_accuracies, draw_channels, draw_curves, draw_locations
from training.experiments.colored_mnist.idx import Mnist
from training.experiments.colored_mnist.pictures import open_pictures, paint, resized_digits
from training.experiments.colored_mnist.run import SPLIT_SEED, load_backbone, load_curve
from training.experiments.colored_mnist.settings import MnistSettings
from training.experiments.colored_mnist.table import left_out, verdict_table, verdicts_markdown
from training.experiments.colored_mnist.trial import Cell, MnistRow
from training.experiments.colored_mnist.verdict import judge_cells
from training.experiments.colored_mnist.views import two_views
from training.files.atomic import whole
from training.files.wide import roomy
from training.models.unet import UNet
from training.seeding import Stream, torch_generator

PICTURES = 4
"""Pictures in the figures of channels and places."""


def show_sweep(
    rows: Sequence[MnistRow], mnist: Mnist, settings: MnistSettings, out: Path, console: Console
) -> list[Path]:
    """Print the verdicts, write table.md and the figures of all rows; returns the files."""
    verdicts = judge_cells(rows)
    wide = roomy(console)
    wide.print(verdict_table(verdicts))
    wide.print(left_out(verdicts), soft_wrap=True)
    with whole(out / "table.md") as draft:
        draft.write_text(verdicts_markdown(verdicts), encoding="utf-8")
    trials = [row.trial for row in sorted(rows, key=lambda row: row.trial)]
    curves: dict[Cell, list[Curve]] = defaultdict(list)
    for trial in trials:
        curves[trial.cell].append(load_curve(out, trial))
    first = {trial.cell: trial for trial in reversed(trials)}
    backbones = {cell: load_backbone(out, trial, settings) for cell, trial in sorted(first.items(), key=_by_lam)}
    views = _views(mnist, settings)
    return [
        out / "table.md",
        draw_accuracies(rows, out / "accuracies.png"),
        draw_curves(curves, out / "curves.png"),
        draw_channels(_few(backbones), _both_colors(mnist, settings), out / "channels.png"),
        draw_locations(next(iter(backbones.values())), views, out / "places.png"),
    ]


def _by_lam(item: tuple[Cell, object]) -> tuple[float, str]:
    """λ = 1 first, the maximum norm before the others."""
    cell = item[0]
    return -cell.lam, {"inf": "0"}.get(cell.norm, cell.norm)


def _few(backbones: dict[Cell, UNet], limit: int = 6) -> dict[Cell, nn.Module]:
    """At most `limit` of them."""
    return dict(islice(backbones.items(), limit))


def _both_colors(mnist: Mnist, settings: MnistSettings) -> Tensor:
    """Half as many test pictures, each in both colours: what changes from row to row is colour."""
    images = mnist.images[split_images(len(mnist.digits), SPLIT_SEED).test[: PICTURES // 2]]
    colors = torch.tensor([False, True]).repeat(PICTURES // 2)
    return paint(resized_digits(images).repeat_interleave(2, 0), colors, settings.picture)


def _views(mnist: Mnist, settings: MnistSettings) -> tuple[Tensor, Tensor, Tensor]:
    """Test pictures, the same ones moved, and others: (PICTURES, 3, 32, 32) each."""
    images = split_images(len(mnist.digits), SPLIT_SEED).test[: 2 * PICTURES]
    source = open_pictures(mnist, settings.picture, SPLIT_SEED)
    pictures, _ = source.take(images, torch_generator("cpu", 0, Stream.PICTURES, 9))
    moved, upright, _ = two_views(pictures, settings.view, torch_generator("cpu", 0, Stream.VIEWS, 9))
    return upright[:PICTURES], moved[:PICTURES], upright[PICTURES:]
