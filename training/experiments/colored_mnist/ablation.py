"""What would make λ = 1 read shape better: a base and changes of it, one at a time, and what each is worth.

The paper's classifier answers 72 % of the pictures where shape alone would allow 75 %. Nothing here touches the claim:
the norm is p = inf, λ is 1, and colour is drawn as before.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import stats

from training.errors import RequestError
from training.experiments.colored_mnist.settings import MnistSettings, changed
from training.experiments.colored_mnist.trial import MnistRow, MnistTrial
from training.experiments.colored_mnist.verdict import F64
from training.files.atomic import whole
from training.files.rows import as_text

BASE = "base"
HEADS = ("variant", "runs", "ID %", "OOD %", "OOD - base", "95 % of it", "backbone s", "classifier s")


@dataclass(frozen=True)
class Variant:
    """One line of the ablation."""

    name: str
    """Name of its folder."""
    title: str
    """What is other than in the base."""
    settings: MnistSettings


@dataclass(frozen=True)
class VariantResult:
    """What the runs of a variant reached; shares, not percents."""

    variant: Variant
    rows: tuple[MnistRow, ...]
    gain: float
    """Mean OOD accuracy minus that of the base; NaN for the base and where one of the two has no run."""
    interval: tuple[float, float]
    """95 % interval of the gain over seeds (Welch); NaN where either has less than two runs."""

    @property
    def known(self) -> F64:
        """(n,) ID."""
        return np.array([row.id_acc for row in self.rows])

    @property
    def unknown(self) -> F64:
        """(n,) OOD."""
        return np.array([row.ood_acc for row in self.rows])


def variants(base: MnistSettings) -> list[Variant]:
    """The base, and each change of it."""
    backbone, classifier, view = base.backbone.steps, base.classifier.steps, base.view
    others = [
        Variant("backbone-x2", "backbone steps x 2", changed(base, backbone_steps=2 * backbone)),
        Variant("classifier-x2", "classifier steps x 2", changed(base, classifier_steps=2 * classifier)),
        *(Variant(f"d-{d}", f"D = {d}", _with_model(base, channels=d)) for d in (16, 64)),
        Variant("norm-pixel", "norms per pixel", _with_model(base, norm="pixel")),
        Variant("kept-0.5", "twice the positives", replace(base, view=replace(view, kept=0.5))),
        Variant("kept-0.125", "half the positives", replace(base, view=replace(view, kept=0.125))),
    ]
    return [Variant(BASE, BASE, base), *others]


def choose_variants(offered: Sequence[Variant], names: str | None) -> list[Variant]:
    """The base and the variants of `names`, with commas between; None: all. Raises RequestError that lists them."""
    wanted = [BASE, *(names.split(",") if names is not None else [variant.name for variant in offered])]
    known = [variant.name for variant in offered]
    if unknown := [name for name in wanted if name not in known]:
        raise RequestError(f"--only {unknown[0]}: unknown; choose among {', '.join(known)}")
    return [variant for variant in offered if variant.name in wanted]


def trials(seeds: int) -> list[MnistTrial]:
    """The runs of each variant."""
    return [MnistTrial("inf", 1.0, seed) for seed in range(seeds)]


def compare_variants(rows: Mapping[str, Sequence[MnistRow]], chosen: Sequence[Variant]) -> list[VariantResult]:
    """The result of each variant that has rows, by its name; the base's rows are those of the name BASE."""
    base = np.array([row.ood_acc for row in rows.get(BASE, [])])
    return [_result(variant, tuple(rows[variant.name]), base) for variant in chosen if rows.get(variant.name)]


def table(results: Sequence[VariantResult]) -> list[tuple[str, ...]]:
    """The cells of the table, a tuple for each result; accuracies in percent with their standard deviation."""
    return [_cells(result) for result in results]


def write_tables(results: Sequence[VariantResult], out: Path) -> list[Path]:
    """Write ablation.md and ablation.csv, the table, and runs.csv, every run of it; returns the files."""
    cells = table(results)
    lines = ["| " + " | ".join(line) + " |" for line in (HEADS, ("---",) * len(HEADS), *cells)]
    runs = [{"variant": result.variant.name} | as_text(row) for result in results for row in result.rows]
    texts = {
        "ablation.md": "\n".join([*lines, ""]),
        "ablation.csv": _csv([dict(zip(HEADS, line, strict=True)) for line in cells]),
        "runs.csv": _csv(runs),
    }
    for name, text in texts.items():
        with whole(out / name) as draft:
            draft.write_text(text, encoding="utf-8")
    return [out / name for name in texts]


def _with_model(base: MnistSettings, **changes: object) -> MnistSettings:
    return replace(base, model=replace(base.model, **changes))  # pyright: ignore[reportArgumentType]


def _result(variant: Variant, rows: tuple[MnistRow, ...], base: F64) -> VariantResult:
    here = np.array([row.ood_acc for row in rows])
    if variant.name == BASE or not len(base):
        return VariantResult(variant, rows, np.nan, (np.nan, np.nan))
    interval = (np.nan, np.nan)
    if min(len(here), len(base)) > 1 and max(here.std(), base.std()) > 0:
        found = stats.ttest_ind(here, base, equal_var=False).confidence_interval(0.95)
        interval = (float(found.low), float(found.high))
    return VariantResult(variant, rows, float(here.mean() - base.mean()), interval)


def _cells(result: VariantResult) -> tuple[str, ...]:
    low, high = (100 * end for end in result.interval)
    return (
        result.variant.title,
        str(len(result.rows)),
        _spread(result.known),
        _spread(result.unknown),
        "" if np.isnan(result.gain) else f"{100 * result.gain:+.1f}",
        "" if np.isnan(low) else f"{low:+.1f} to {high:+.1f}",
        f"{np.mean([row.backbone_s for row in result.rows]):.0f}",
        f"{np.mean([row.classifier_s for row in result.rows]):.0f}",
    )


def _spread(values: F64) -> str:
    deviation = f" ± {100 * values.std(ddof=1):.1f}" if len(values) > 1 else ""
    return f"{100 * values.mean():.1f}{deviation}"


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
