"""A picture of what a run made: pairs side by side, true correspondences in one colour.

python tools/contact_sheet.py out/demo --out tools/pictures/contact_sheet.jpg
"""

import argparse
import colorsys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from scenegen.seeding import Stage, generator
from scenegen.shards.reader import ShardSet
from scenegen.shards.sample import Sample

GAP_PX = 6


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--columns", type=int, default=3)
    parser.add_argument("--rows", type=int, default=5)
    parser.add_argument("--width", type=int, default=300, help="width of one view, pixels")
    parser.add_argument("--matches", type=int, default=28, help="correspondences drawn in each pair; 0: none")
    parser.add_argument("--seed", type=int, default=0, help="which samples and correspondences are drawn")
    return parser.parse_args()


def pair_picture(sample: Sample, width: int, matches: int, rng: np.random.Generator) -> Image.Image:
    """Views 0 and 1 side by side with some matches as dots of one colour each."""
    height = round(width * sample.rgb.shape[1] / sample.rgb.shape[2])
    picture = Image.new("RGB", (2 * width, height))
    for k in range(2):
        picture.paste(Image.fromarray(sample.rgb[k]).resize((width, height), Image.Resampling.LANCZOS), (k * width, 0))
    a, b = sample.matches()
    scale = width / sample.rgb.shape[2]
    draw = ImageDraw.Draw(picture)
    for i in farthest_of_some(a, matches, rng):
        color = tuple(int(255 * c) for c in colorsys.hsv_to_rgb(a[i, 0] * scale / width * 0.9, 0.9, 1.0))
        for (x, y), shift in ((a[i], 0), (b[i], width)):
            dot(draw, (x + 0.5) * scale + shift, (y + 0.5) * scale, color)
    return picture


def farthest_of_some(points: np.ndarray, count: int, rng: np.random.Generator) -> list[int]:
    """Indices of up to `count` points, each the farthest of a few random ones from those before it."""
    chosen: list[int] = []
    for _ in range(min(count, len(points))):
        some = rng.integers(0, len(points), 12)
        away = [min((np.hypot(*(points[i] - points[j])) for j in chosen), default=0.0) for i in some]
        chosen.append(int(some[int(np.argmax(away))]))
    return chosen


def dot(draw: ImageDraw.ImageDraw, x: float, y: float, color: tuple[int, ...]) -> None:
    """A small disc with a dark rim."""
    draw.ellipse((x - 3.5, y - 3.5, x + 3.5, y + 3.5), fill=color, outline=(20, 20, 20))


def main() -> None:
    """Draw the sheet."""
    args = options()
    shards = ShardSet(args.folder)
    rng = generator(args.seed, Stage.SELECTION)
    count = min(args.columns * args.rows, len(shards))
    chosen = sorted(rng.choice(len(shards), count, replace=False))
    cells = [pair_picture(shards[int(k)], args.width, args.matches, rng) for k in chosen]
    w, h = cells[0].size
    sheet = Image.new(
        "RGB", (args.columns * (w + GAP_PX) - GAP_PX, -(-count // args.columns) * (h + GAP_PX) - GAP_PX), "white"
    )
    for k, cell in enumerate(cells):
        sheet.paste(cell, ((k % args.columns) * (w + GAP_PX), (k // args.columns) * (h + GAP_PX)))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(args.out, quality=88)
    print(f"{args.out}: {count} of {len(shards)} pairs")


if __name__ == "__main__":
    main()
