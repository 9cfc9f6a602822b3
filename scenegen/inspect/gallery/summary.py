"""The top of the gallery: what the run is, what of it is missing, and its histograms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from scenegen.inspect.gallery.histogram import Quantity, histogram, ranking, status_bar
from scenegen.inspect.gallery.run import RunFolder
from scenegen.inspect.gallery.survey import ShardSurvey
from scenegen.inspect.palette import STATUS_LABELS
from scenegen.sizes import size_text

Surveys = Sequence[ShardSurvey]


def lede(surveys: Surveys) -> str:
    """The run in one sentence."""
    samples, rooms = sum(map(len, surveys)), len({numbers.room for numbers in surveys})
    views, height, width = surveys[0].pictures
    sizes = f"{width} × {height} px" if len({numbers.pictures for numbers in surveys}) == 1 else "several sizes"
    return (
        f"{_count(samples, 'sample')} of {_count(rooms, 'room')}, {views} views each at {sizes}, "
        f"{surveys[0].rays:,} points of view 0 traced into the other {'view' if views == 2 else 'views'}."
    )


def facts(run: RunFolder, surveys: Surveys) -> str:
    """Key figures as a description list."""
    pairs = np.concatenate([numbers.matches.ravel() for numbers in surveys])
    splits = Counter[str]()
    for numbers in surveys:
        splits[numbers.split] += len(numbers)
    rows = {
        "samples": f"{sum(map(len, surveys)):,}",
        "splits": ", ".join(f"{split} {count:,}" for split, count in sorted(splits.items())),
        "rooms": f"{len({numbers.room for numbers in surveys}):,}",
        "matches": f"{int(pairs.sum()):,}",
        "shards": f"{len(surveys):,} of {run.planned:,}",
        "on disk": size_text(sum(numbers.bytes for numbers in surveys)),
        "seed": ", ".join(map(str, sorted({numbers.seed for numbers in surveys}))),
        **{name.replace("_", " "): value for name, value in run.facts.items()},
    }
    return "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows.items())


def notices(run: RunFolder, skipped: Mapping[str, str]) -> str:
    """What is not shown and why: still to come, failed, skipped; empty when all is there."""
    made = len(run.shards) + len(skipped.keys() - run.failed.keys())
    coming = max(0, run.planned - made - len(run.failed))
    parts = []
    if coming:
        parts.append(
            f'<p class="notice">{_count(coming, "shard")} of {run.planned:,} still to come: '
            "make the gallery again to see more.</p>"
        )
    parts += [
        _listing(f"{_count(len(items), 'shard')} {what}", items)
        for what, items in (("skipped", skipped), ("failed to render", run.failed))
        if items
    ]
    return "".join(parts)


def histograms(surveys: Surveys) -> str:
    """The panels with histograms."""
    cameras = not all(np.isnan(numbers.baseline_m).all() for numbers in surveys)
    shown = [quantity for quantity in quantities(surveys) if cameras or np.isfinite(quantity.values).any()]
    panels = [_panel(quantity.title, histogram(quantity)) for quantity in shown]
    if not cameras:
        return "".join(panels)
    categories = sum((numbers.categories for numbers in surveys), Counter[str]())
    panels.append(_panel("Objects by category", ranking("Objects by category", categories, "objects")))
    return "".join(panels)


def quantities(surveys: Surveys) -> list[Quantity]:
    """The numbers that are shown as histograms."""

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(numbers, name).ravel() for numbers in surveys])

    return [
        Quantity("Overlap", 100.0 * joined("overlap"), " %", "pairs"),
        Quantity("Baseline", joined("baseline_m"), " m", "pairs", 2),
        Quantity("View angle", joined("view_angle_deg"), "°", "pairs", 1),
        Quantity("Depth in view 0", joined("depth_m"), " m", "points", 2),
        Quantity("Matches per pair", joined("matches"), "", "pairs"),
    ]


def statuses(surveys: Surveys) -> str:
    """Shares of the statuses over all pairs, as a bar."""
    return status_bar(sum((numbers.status.sum((0, 1)) for numbers in surveys), np.zeros(len(STATUS_LABELS), np.int64)))


def legend() -> str:
    """Marks and names of the statuses as list items."""
    return "".join(f"<li>{swatch(name)}{label}</li>" for name, label in STATUS_LABELS.items())


def swatch(status: str) -> str:
    """The mark of a status in its colour."""
    return f'<svg class="swatch" viewBox="-12 -12 24 24" aria-hidden="true"><use href="#mark-{status}"/></svg>'


def _panel(title: str, plot: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{plot}</figure>"


def _listing(title: str, items: Mapping[str, str]) -> str:
    """A notice with one line for each file."""
    lines = "".join(f"<li><code>{escape(name)}</code> {escape(why)}</li>" for name, why in sorted(items.items()))
    return f'<details class="notice warning" open><summary>{title}</summary><ul>{lines}</ul></details>'


def _count(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
