"""One sample in the gallery: its card in the grid, and the data that its viewer reads."""

import json
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import numpy as np

from scenegen.inspect.gallery.pictures import thumbnail, view_pictures
from scenegen.inspect.gallery.pixels import cameras, knows_every_pixel, pack_pixels
from scenegen.inspect.gallery.rays import pack_rays
from scenegen.inspect.gallery.survey import ShardSurvey
from scenegen.shards.reader import ShardReader
from scenegen.shards.sample import Array, Sample
from scenegen.shards.schema import absent

THUMBS = 2
"""Views that a card shows."""
DATA_CHARACTERS = 84_000
"""What the viewer's data of one sample may take in the page; with its card it stays below 100 kB."""
PIXEL_CHARACTERS = 220_000
"""What it may take beside the pictures where every pixel is known: below 300 kB in all."""
_RAYS_CHARACTERS = 30_000
"""What rays take, about: the pictures get no more where pixels stand for them."""


@dataclass(frozen=True)
class SampleCard:
    """One sample as the page needs it; lists of numbers go over the pairs of view 0 and each other view."""

    room: str
    split: str
    file: str
    sample: int
    overlap: list[float]
    angle_deg: list[float]
    baseline_m: list[float]
    """This and the two before are empty where no camera is known."""
    matches: list[int]
    categories: list[str]
    """Categories of the objects, each once, in order."""
    thumbs: tuple[str, ...]
    """Small pictures of the first views as `data:` addresses."""
    size: tuple[int, int]
    """Width and height of the pictures in the shard."""
    data: str
    """JSON that the viewer reads: pictures, rays or pixels with their cameras, names of the instances."""


def read_card(reader: ShardReader, numbers: ShardSurvey, index: int) -> SampleCard:
    """Sample `index` of a shard whose numbers are known. Raises ShardError when it is damaged."""
    sample = reader[index]
    names = instance_names(reader, sample.object_asset)
    height, width = sample.rgb.shape[1:3]
    return SampleCard(
        room=numbers.room,
        split=numbers.split,
        file=reader.path.name,
        sample=index,
        overlap=_rounded(numbers.overlap[index], 4),
        angle_deg=_rounded(numbers.view_angle_deg[index], 2),
        baseline_m=_rounded(numbers.baseline_m[index], 3),
        matches=numbers.matches[index].tolist(),
        categories=sorted({name for name in names[2:] if name}),
        thumbs=tuple(thumbnail(picture) for picture in sample.rgb[:THUMBS]),
        size=(width, height),
        data=_data(sample, names),
    )


def instance_names(reader: ShardReader, assets: Array) -> list[str]:
    """What each instance number of a sample stands for: nothing, room, then a category for each slot, empty or not.

    Where no instance is known, all that is matched is "a point".
    """
    if "rays/instance" in absent(reader.attributes):
        return ["a point"]
    categories = reader.asset_categories
    return ["nothing", "room", *(str(categories[row]) if row >= 0 else "" for row in assets)]


def card_html(card: SampleCard, number: int) -> str:
    """The card as a list item with one button, whose text says what it shows."""
    facts = {key: value for key, value in asdict(card).items() if key not in ("thumbs", "data", "size")}
    width, height = card.size
    pictures = "".join(
        f'<img src="{thumb}" width="{width}" height="{height}" alt="" decoding="async">' for thumb in card.thumbs
    )
    return (
        f'<li class="card" data-facts="{escape(json.dumps(facts))}"><button type="button" id="sample-{number}">'
        f'<span class="pair">{pictures}</span>'
        f'<span class="name"><b>{escape(card.room)}</b> <span class="muted">sample {card.sample}</span>'
        f'<span class="tag">{escape(card.split)}</span></span>'
        f'<span class="numbers">{_numbers(card)}</span></button></li>'
    )


def data_html(card: SampleCard, number: int) -> str:
    """The viewer's data as an element that the browser keeps and does not run."""
    return f'<script type="application/json" id="data-{number}">{script_safe(card.data)}</script>'


def script_safe(text: str) -> str:
    """JSON that cannot end the element it stands in."""
    return text.replace("<", "\\u003c")


def _numbers(card: SampleCard) -> str:
    """The line of figures under a card's name."""
    cells = (
        ("overlap", [100 * v for v in card.overlap], 0, " %"),
        ("angle", card.angle_deg, 0, "°"),
        ("baseline", card.baseline_m, 1, " m"),
        ("matches", card.matches, 0, " matches"),
    )
    known = ((name, _span(values, digits), unit) for name, values, digits, unit in cells if values)
    return "".join(f'<span title="{name}">{text}{unit}</span>' for name, text, unit in known)


def _span(values: list[Any], digits: int) -> str:
    """One number, or the smallest and the largest."""
    low, high = f"{min(values):,.{digits}f}", f"{max(values):,.{digits}f}"
    return low if low == high else f"{low}–{high}"


def _rounded(values: Array, digits: int) -> list[float]:
    """Numbers short enough for text; 0 for what is not finite, which JSON cannot say; none where all are not known."""
    if np.isnan(values).all():
        return []
    return [round(float(v), digits) if abs(v) < float("inf") else 0.0 for v in values]


def _data(sample: Sample, names: list[str]) -> str:
    """The viewer's data as JSON."""
    height, width = sample.rgb.shape[1:3]
    points, taken = _points(sample)
    data = {"size": [width, height], "names": names}
    pictures = view_pictures(sample.rgb, DATA_CHARACTERS - len(json.dumps(data)) - taken)
    return json.dumps(data | points | {"pictures": pictures})


def _points(sample: Sample) -> tuple[dict[str, Any], int]:
    """Every pixel with the cameras that carry it, or the rays of view 0; and what they take of `DATA_CHARACTERS`."""
    if knows_every_pixel(sample):
        pixels = [asdict(view) for view in pack_pixels(sample, PIXEL_CHARACTERS)]
        return {"pixels": pixels, "cameras": cameras(sample)}, _RAYS_CHARACTERS
    rays = {"rays": asdict(pack_rays(sample))}
    return rays, len(json.dumps(rays))
