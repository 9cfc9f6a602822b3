"""What a layer that is stored on request costs: the same pairs with and without it, in turns."""

from collections.abc import Iterator
from typing import Any

from benching.section import Section
from benching.subject import Subject, opened, timed
from scenegen.layers import DEFAULT, LAYERS

TURNS = 3
"""Times that each is made; the fastest counts."""


def on_request(subject: Subject) -> Section:
    """Time and bytes of each such layer beside those of the layers that are stored anyway."""
    wanted = [layer.name for layer in LAYERS if layer.on_request]
    return Section("Layers on request", tuple(row for name in wanted for row in _rows(subject, name)))


def _rows(subject: Subject, name: str) -> Iterator[dict[str, Any]]:
    subjects = [subject.varied(layers=layers) for layers in (DEFAULT, (*DEFAULT, name))]
    studios = [opened(each) for each in subjects]
    turns = [[timed(each, studio) for each, studio in zip(subjects, studios, strict=True)] for _ in range(TURNS)]
    plain, more = (min(column, key=lambda timing: timing.seconds) for column in zip(*turns, strict=True))
    yield {
        "layer": name,
        "ms a pair without": plain.ms,
        "with": more.ms,
        "time added, %": 100 * (more.ms / plain.ms - 1),
        "MB a pair without": plain.written / plain.pairs / 1e6,
        "with it": more.written / more.pairs / 1e6,
        "bytes added, %": 100 * (more.written / plain.written - 1),
    }
