"""What a run says at its end: one table from the manifest."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from scenegen.assets.wording import one_line
from scenegen.pipeline.assemble import add_counts
from scenegen.pipeline.run import Outcome
from scenegen.shards.manifest import Entry, Failure
from scenegen.shards.records import MANIFEST
from scenegen.shards.remarks import Details, Remarks, rooms_first

ACT_ON = (
    "doubtful_up",
    "up_contradicted",
    "doubtful_unit",
    "unit_guessed",
    "label_colors",
    "form_passed_over",
    "no_colors",
    "missing_texture",
    "unreadable_texture",
    "missing_mtl",
    "missing_material",
    "ignored_extension",
    "bad_annotation",
)
"""Defects that a user may mend, or must know of: those that may spoil most of a picture first."""
MOST_LINES = 8
"""Lines about assets at the end of a run."""
MOST_NAME = 60
"""Characters of an asset's name in them."""
MOST_NAMED = 2
"""Assets that such a line names."""


def summary(outcome: Outcome) -> RenderableType:
    """The table of a run, and its failures if there are any."""
    shards = outcome.manifest.shards
    table = Table(title="Run", show_header=False, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column()
    for label, value in rows(outcome):
        table.add_row(label, value)
    failed = [Text(line, style="red") for line in failures(outcome.manifest.failed, outcome.told)]
    lines = bare(shards) + advice(outcome.manifest.remarks)
    said = [Text(line, style="yellow") for line in lines]
    return Group(table, *said, *failed) if shards else Group(Text("no shard was made", style="red"), *said, *failed)


def failures(failed: Sequence[Failure], told: Collection[str]) -> list[str]:
    """Why shards failed, a line each, but for those files of which it was told already: these are named together."""
    again = [item.file for item in failed if item.file in told]
    rest = f", and {len(again) - MOST_LINES} more in {MANIFEST}" if len(again) > MOST_LINES else ""
    named = [f"failed, as said above: {', '.join(again[:MOST_LINES])}{rest}"] if again else []
    return [*(f"failed: {item.file}: {item.why}" for item in failed if item.file not in told), *named]


def bare(shards: Sequence[Entry]) -> list[str]:
    """A line where samples show a room alone because all objects that were drawn for them came to nothing."""
    count = sum(s.numbers("objects").count(0) for s in shards if s.counts("replaced_objects"))
    total = sum(s.samples for s in shards)
    return [f"no object stands in {count} of {total} pairs: see replaced objects"] if count else []


def advice(remarks: Remarks) -> list[str]:
    """A few lines about assets that a user may have to look after: one for each defect of ACT_ON and each reason."""
    doubtful = [(code, {a: _in_brackets(c[code]) for a, c in remarks.defects.items() if code in c}) for code in ACT_ON]
    unused = [
        (reason, {a: f" ({skip.why})" for a, skip in remarks.skipped.items() if skip.reason == reason})
        for reason in remarks.by_reason()
    ]
    skipped = [f"skipped: {reason}: {_named(assets)}" for reason, assets in unused]
    used = [f"doubtful: {code}: {_named(assets)}" for code, assets in doubtful if assets]
    half = MOST_LINES // 2  # what was left out shall not hide what is in the pictures
    lines = skipped[: max(half, MOST_LINES - len(used))] + used[: max(half, MOST_LINES - len(skipped))]
    rest = len(skipped) + len(used) - len(lines)
    more = [f"and {rest} more kinds: see assets and skipped in {MANIFEST}"] if rest > 0 else []
    return [*lines, *more]


def _named(assets: Mapping[str, str]) -> str:
    """The first assets with what is said of them, rooms before objects, and how many there are besides."""
    ordered = sorted(assets, key=rooms_first)
    rest = len(ordered) - MOST_NAMED
    shown = ", ".join(f"{one_line(asset, MOST_NAME)}{assets[asset]}" for asset in ordered[:MOST_NAMED])
    return shown + (f", and {rest} more in {MANIFEST}" if rest > 0 else "")


def _in_brackets(details: Details) -> str:
    """The first detail, and that there are others."""
    return f" ({details[0]}{', ...' if len(details) > 1 else ''})" if details else ""


def rows(outcome: Outcome) -> list[tuple[str, str]]:
    """(label, value) of each line."""
    shards = outcome.manifest.shards
    if not shards:
        return []
    pairs = sum(s.samples for s in shards)
    return [
        ("pairs", f"{pairs} in {len(shards)} of {outcome.manifest.num_shards} shards, {_splits(shards)}"),
        ("rays", _shares(add_counts(s.counts("rays") for s in shards))),
        ("overlap", quantiles([v for s in shards for v in s.numbers("overlap")])),
        ("baseline (m)", quantiles([v for s in shards for v in s.numbers("baseline_m")])),
        ("view angle (deg)", quantiles([v for s in shards for v in s.numbers("view_angle_deg")])),
        ("objects per sample", quantiles([float(v) for s in shards for v in s.numbers("objects")])),
        ("rejected cameras", _counts(add_counts(s.counts("rejected") for s in shards))),
        ("replaced objects", _counts(add_counts(s.counts("replaced_objects") for s in shards))),
        ("assets with defects", _assets(outcome.manifest.remarks)),
        ("skipped assets", _counts(outcome.manifest.skipped_and_failed.by_reason())),
        ("samples given up", str(sum(s.figures.get("given_up", 0) for s in shards))),
        (
            "bytes",
            f"{_megabytes(sum(s.bytes for s in shards))} in all, {_megabytes(_bytes_per_pair(shards))} per pair",
        ),
        ("speed", _speed(outcome)),
    ]


def quantiles(values: list[float]) -> str:
    """Least, quartiles and most of some values, in one line."""
    low, q1, median, q3, high = np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
    return f"min {low:.2f}  25% {q1:.2f}  median {median:.2f}  75% {q3:.2f}  max {high:.2f}"


def print_summary(outcome: Outcome, console: Console) -> None:
    """Print the table of a run."""
    console.print(summary(outcome), highlight=False, soft_wrap=True)


def _splits(shards: Sequence[Entry]) -> str:
    """Number of pairs in each split; a note where held-out rooms could not be given held-out objects."""
    counts = add_counts({s.split: s.samples} for s in shards)
    shared = sum(s.figures.get("object_split") == "all" for s in shards)
    note = f" (objects not split in {shared} shards: too few in the source)" if shared else ""
    return ", ".join(f"{name} {n}" for name, n in counts.items()) + note


def _assets(remarks: Remarks) -> str:
    """Assets in use by code of their defects, and how many have any."""
    having = len(remarks.defects)
    return _counts(remarks.by_code()) + (f" ({having} asset{'s' if having > 1 else ''})" if having else "")


def _shares(counts: dict[str, int]) -> str:
    total = max(1, sum(counts.values()))
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {100 * n / total:.1f} %" for name, n in ordered if n)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items(), key=lambda item: -item[1])) or "none"


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.2f} MB" if count < 1e9 else f"{count / 1e9:.2f} GB"


def _bytes_per_pair(shards: Sequence[Entry]) -> float:
    return sum(s.bytes for s in shards) / max(1, sum(s.samples for s in shards))


def _speed(outcome: Outcome) -> str:
    if not outcome.new_samples:
        return "nothing was missing"
    rate = outcome.new_samples / outcome.seconds
    of_each = f", {rate / outcome.workers:.2f} per core" if outcome.workers else ""
    return f"{outcome.new_samples} pairs in {outcome.seconds:.0f} s: {rate:.2f} pairs/s{of_each}"
