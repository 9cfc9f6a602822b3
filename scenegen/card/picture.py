"""The picture of the card: a few samples, two views each, with some of their matches as dots of one colour."""

import colorsys
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from scenegen.card.facts import RunFacts
from scenegen.evenly import evenly
from scenegen.shards.reader import ShardReader
from scenegen.shards.sample import Sample

COLUMNS, ROWS = 2, 3
VIEW_WIDTH_PX = 300
GAP_PX, BETWEEN_PX = 10, 2
CELLS = (5, 4)
"""At most one match is shown in each of so many cells (across, down) of view 0."""
RADIUS_PX = 4.0


def contact_strip(folder: Path, facts: RunFacts, mark: str) -> bytes:
    """A JPEG of some samples, spread over the run, with `mark` as its comment.

    Raises ShardError where a shard that is shown is damaged.
    """
    pairs = [pair_picture(sample) for sample in chosen_samples(folder, facts)]
    width, height = pairs[0].size
    columns = min(COLUMNS, len(pairs))
    rows = -(-len(pairs) // columns)
    strip = Image.new("RGB", (columns * (width + GAP_PX) - GAP_PX, rows * (height + GAP_PX) - GAP_PX), "white")
    for k, pair in enumerate(pairs):
        strip.paste(pair, (k % columns * (width + GAP_PX), k // columns * (height + GAP_PX)))
    stream = io.BytesIO()
    strip.save(stream, format="JPEG", quality=88, optimize=True, comment=mark.encode())
    return stream.getvalue()


def chosen_samples(folder: Path, facts: RunFacts) -> Iterator[Sample]:
    """One sample of each of some shards; of few shards, several each."""
    entries = evenly(facts.shards, COLUMNS * ROWS)
    count = min(COLUMNS * ROWS, facts.samples)
    for k, entry in enumerate(entries):
        share = max(1, count * (k + 1) // len(entries) - count * k // len(entries))
        with ShardReader(folder / entry.file, layers=()) as reader:
            for row in np.unique(np.linspace(0, len(reader) - 1, share + 2)[1:-1].round().astype(int)):
                yield reader[int(row)]


def pair_picture(sample: Sample) -> Image.Image:
    """Views 0 and 1 side by side."""
    height = round(VIEW_WIDTH_PX * sample.rgb.shape[1] / sample.rgb.shape[2])
    picture = Image.new("RGB", (2 * VIEW_WIDTH_PX + BETWEEN_PX, height), "white")
    for view in range(2):
        small = Image.fromarray(sample.rgb[view]).resize((VIEW_WIDTH_PX, height), Image.Resampling.LANCZOS)
        picture.paste(small, (view * (VIEW_WIDTH_PX + BETWEEN_PX), 0))
    _draw_matches(ImageDraw.Draw(picture), sample, VIEW_WIDTH_PX / sample.rgb.shape[2])
    return picture


def one_of_each_cell(xy: NDArray[np.float32], width: int, height: int) -> NDArray[np.int64]:
    """Rows of (N, 2) pixels, one in each of CELLS where there is one: the nearest to the middle of its cell."""
    size = np.array([width / CELLS[0], height / CELLS[1]])
    cell = np.minimum((xy + 0.5) // size, np.array(CELLS) - 1).astype(int)
    away = np.abs((xy + 0.5) - (cell + 0.5) * size).sum(1)
    order = np.argsort(away, kind="stable")
    _, first = np.unique(cell[order] @ (1, CELLS[0]), return_index=True)
    return order[first]


def _draw_matches(draw: ImageDraw.ImageDraw, sample: Sample, scale: float) -> None:
    """Dots of one colour for each chosen match."""
    height, width = sample.rgb.shape[1:3]
    xy0, xy1 = sample.matches()
    rows = one_of_each_cell(xy0, width, height)
    for k, row in enumerate(rows):
        red, green, blue = (round(255 * c) for c in colorsys.hsv_to_rgb(k / len(rows), 0.85, 1.0))
        for (x, y), shift in ((xy0[row], 0), (xy1[row], VIEW_WIDTH_PX + BETWEEN_PX)):
            u, v = (x + 0.5) * scale + shift, (y + 0.5) * scale
            box = (u - RADIUS_PX, v - RADIUS_PX, u + RADIUS_PX, v + RADIUS_PX)
            draw.ellipse(box, fill=(red, green, blue), outline=(20, 20, 20))
