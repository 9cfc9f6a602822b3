"""The tables of the card, in Markdown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import numpy as np

from scenegen.card.facts import RunFacts
from scenegen.sizes import size_text

QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST_CATEGORIES = 15
STATUS_MEANING = {
    "visible": "the other view sees the same surface point from the same side: a match",
    "occluded": "it falls inside the other picture, behind something nearer",
    "out_of_view": "it falls outside the other picture",
    "behind_camera": "it lies behind the other camera",
    "no_hit": "the ray met no surface",
    "ambiguous": "too close to call: coincident surfaces, or within three tolerances",
}
MEASURES = {
    "overlap": ("overlap, mean of both ways", "1"),
    "baseline_m": ("distance of the cameras", "m"),
    "view_angle_deg": ("angle between the optical axes", "deg"),
    "objects": ("objects in a scene", "1"),
}
"""Figures of the manifest that are shown as quantiles: words and unit."""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], right: int = 0) -> str:
    """A table; the last `right` columns hold numbers."""
    dashes = ["---"] * (len(head) - right) + ["---:"] * right
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, dashes, *rows)) + "\n"


def split_table(facts: RunFacts) -> str:
    """Rooms, shards, samples and size of each split."""
    rows = []
    for name, entries in facts.splits.items():
        objects = sorted({str(entry.figures.get("object_split", "?")) for entry in entries})
        samples = sum(entry.samples for entry in entries)
        size = size_text(sum(entry.bytes for entry in entries))
        rooms = len({entry.room for entry in entries})
        rows.append((f"`{name}`", ", ".join(objects), f"{rooms:,}", f"{len(entries):,}", f"{samples:,}", size))
    return _table(("split", "objects of split", "rooms", "shards", "samples", "size"), rows, right=4)


def status_table(facts: RunFacts) -> str:
    """Rays by what became of them in the other views, the most frequent first."""
    total = max(1, sum(facts.status.values()))
    ranked = sorted(facts.status.items(), key=lambda item: -item[1])
    rows = [(f"`{name}`", STATUS_MEANING[name], f"{n:,}", f"{100 * n / total:.2f} %") for name, n in ranked]
    return _table(("status", "meaning", "rays", "share"), rows, right=2)


def measure_table(facts: RunFacts) -> str:
    """Quantiles of what the manifest says of the samples."""
    rows = []
    for name, (words, unit) in MEASURES.items():
        if values := facts.values(name):
            rows.append((words, unit, *(f"{q:.3g}" for q in np.quantile(values, QUANTILES))))
    head = ("", "unit", "least", "25 %", "median", "75 %", "most")
    return _table(head, rows, right=len(QUANTILES)) if rows else ""


def count_table(name: str, counts: Counter[str]) -> str:
    """Assets by a code, the most frequent first."""
    return _table((name, "assets"), ((f"`{_plain(code)}`", f"{n:,}") for code, n in counts.most_common()), right=1)


def category_line(facts: RunFacts) -> str:
    """The most frequent categories in one sentence; nothing where there are no objects."""
    if not facts.categories:
        return ""
    ranked = sorted(facts.categories.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{_plain(name)} {count:,}" for name, count in ranked[:MOST_CATEGORIES])
    rest = len(ranked) - MOST_CATEGORIES
    more = f" and {rest} more categories" if rest > 0 else ""
    part = f" (from {facts.opened} of {len(facts.shards)} shards)" if facts.opened < len(facts.shards) else ""
    return f"Objects by category{part}: {shown}{more}.\n"


def version_table(facts: RunFacts) -> str:
    """What equal bytes depend on."""
    versions = facts.manifest.made_with
    known = {"scenegen": facts.manifest.generator_version, **versions}
    return _table(("made with", "version"), ((_plain(str(k)), _plain(str(v))) for k, v in known.items()))


def first_shard(facts: RunFacts) -> str:
    """Name of the first shard."""
    return PurePosixPath(facts.shards[0].file).as_posix()


def _plain(text: str) -> str:
    """Text that cannot break a table or become markup."""
    return " ".join(text.replace("|", "/").replace("<", "(").replace(">", ")").split())
