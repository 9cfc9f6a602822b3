"""Two readings of one file side by side: do they agree, and if not, in what."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comparing.facts import Facts
from scenegen.srgb import linear_to_srgb, srgb_to_linear

BOX = 1e-4
"""Of the diagonal: how far the boxes' sizes and centres may be apart."""
AREA = 1e-3
"""Relative difference of the areas."""
MEAN_LEVELS = 4.0
"""Mean absolute difference of the pictures, grey levels of 255."""
FAR_LEVELS, FAR_SHARE = 16.0, 0.02
"""Share of the places that may be farther apart than that many levels."""
COVER_SHARE = 0.01
"""Share of the places that only one of the pictures may cover, two pixels about what the other covers left out."""
LEAST_COVERED = 300
"""Places that count as covered at least: of slivers less is seen than the border has."""
FAR_AWAY = 8.0
"""Diagonals from the origin beyond which scenegen takes the box's centre off."""
BLOCK_PX = 6
"""Pictures are compared after averaging squares so wide: anti-aliasing and filtering differ."""


@dataclass(frozen=True)
class Verdict:
    """What was found of one file."""

    outcome: str
    """`agree`, `product refused`, `reader refused`, `both refused` or `differs`."""
    differs: tuple[str, ...] = ()
    """In what: triangles, box, area, picture, cover."""
    detail: str = ""
    """Figures and words of it."""


def judged(product: Facts, reader: Facts) -> Verdict:
    """The verdict on two readings."""
    if product.error or reader.error:
        who = "both" if product.error and reader.error else "product" if product.error else "reader"
        return Verdict(f"{who} refused", (), " | ".join(e for e in (product.error, reader.error) if e))
    found = dict(x for x in (_triangles(product, reader), _box(product, reader), _area(product, reader)) if x)
    found |= _pictures(product, reader)
    return Verdict("differs" if found else "agree", tuple(found), "; ".join(f"{k} {v}" for k, v in found.items()))


def _triangles(product: Facts, reader: Facts) -> tuple[str, str] | None:
    """Counts agree where one may have left out degenerate or doubled triangles."""
    ours, theirs = ((f.distinct, f.triangles) for f in (product, reader))
    if ours[0] <= theirs[1] and theirs[0] <= ours[1]:
        return None
    return "triangles", f"{product.triangles} ({product.distinct} distinct), not {reader.triangles} ({reader.distinct})"


def _box(product: Facts, reader: Facts) -> tuple[str, str] | None:
    """Sizes, and centres unless the product's was taken off a far one."""
    size, other = (np.subtract(f.high, f.low) for f in (product, reader))
    centre, there = (np.add(f.high, f.low) / 2 for f in (product, reader))
    allowed = BOX * max(reader.diagonal, 1e-30)
    moved = np.abs(centre).max() <= allowed and np.linalg.norm(there) > FAR_AWAY * reader.diagonal
    apart = 0.0 if moved else np.abs(centre - there).max()
    if np.abs(size - other).max() <= allowed and apart <= allowed:
        return None
    return "box", f"{_words(product.low)}..{_words(product.high)}, not {_words(reader.low)}..{_words(reader.high)}"


def _words(point: tuple[float, ...]) -> str:
    """A corner, short."""
    return "(" + " ".join(f"{x:.4g}" for x in point) + ")"


def _area(product: Facts, reader: Facts) -> tuple[str, str] | None:
    """Areas of all triangles, doubled ones included."""
    if abs(product.area - reader.area) <= AREA * max(reader.area, 1e-30):
        return None
    return "area", f"{product.area:.6g}, not {reader.area:.6g}"


def _pictures(product: Facts, reader: Facts) -> dict[str, str]:
    """How the pictures differ, vertex colours and texels mixed either way; empty where there are not two."""
    if "base" not in product.pictures or "base" not in reader.pictures:
        return {}
    both = [pictures_differ(product.pictures["base"], shown) for shown in shown_by(reader)]
    return min(both, key=lambda found: (len(found), float(found.get("picture", "0").split()[0])))


def shown_by(reader: Facts) -> list[NDArray[np.uint8]]:
    """The unlit pictures of a reader: what glows is added in linear light."""
    pairs = (("base", "glow"), ("mixed", "mixed_glow"))
    found = [(reader.pictures[a], reader.pictures.get(b)) for a, b in pairs if a in reader.pictures]
    return [base if glow is None else _sum(base, glow) for base, glow in found]


def _sum(base: NDArray[np.uint8], glow: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two pictures added in linear light."""
    light = srgb_to_linear(base[..., :3] / 255) + srgb_to_linear(glow[..., :3] / 255)
    return np.concatenate([np.rint(255 * linear_to_srgb(light)).astype(np.uint8), base[..., 3:]], axis=-1)


def pictures_differ(ours: NDArray[np.uint8], theirs: NDArray[np.uint8]) -> dict[str, str]:
    """`picture` and `cover`, where they differ; both (V, S, S, 4). Where ours is not wholly covered, anything goes."""
    out = {}
    mine, other = (shown[..., 3] > 127 for shown in (ours, theirs))
    odd = (mine & ~_grown(_grown(other))) | (other & ~_grown(_grown(mine)))
    share = odd.sum() / max(LEAST_COVERED, (mine | other).sum())
    if share > COVER_SHARE:
        out["cover"] = f"{100 * share:.1f} % of what is covered"
    apart = _apart(ours, theirs, _shrunk(mine & other & (ours[..., 3] == 255)))
    if len(apart) and (apart.mean() > MEAN_LEVELS or (apart > FAR_LEVELS).mean() > FAR_SHARE):
        out["picture"] = f"{apart.mean():.1f} levels, {100 * (apart > FAR_LEVELS).mean():.0f} % far off"
    return out


def _apart(ours: NDArray[np.uint8], theirs: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(N,) difference in each square that both cover, levels; of single pixels where no square is whole.

    The smaller of two: how far the squares' means are apart, and how far the pixels lie outside what the other picture
    shows next to them. An edge of colours that falls half a pixel elsewhere counts in neither.
    """
    mine, other = ours[..., :3].astype(np.float64), theirs[..., :3].astype(np.float64)
    outside = np.maximum(_outside(mine, other), _outside(other, mine))
    means = np.abs(_blocks(mine) - _blocks(other)).max(-1)
    whole = _blocks(inside[..., None].astype(np.float64))[..., 0] == 1
    if whole.any():
        return np.minimum(means, _blocks(outside[..., None])[..., 0])[whole]
    return outside[inside]


def _outside(picture: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V, S, S) how far pixels lie outside the range of the 25 pixels about each in the other picture."""
    low, high = other.copy(), other.copy()
    for axis in (1, 2):
        below, above = low.copy(), high.copy()
        for step in (-2, -1, 1, 2):
            np.minimum(low, np.roll(below, step, axis), out=low)
            np.maximum(high, np.roll(above, step, axis), out=high)
    return np.maximum(np.maximum(low - picture, picture - high), 0).max(-1)


def _blocks(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V, S / B, S / B, C) means of squares."""
    v, h, w, c = picture.shape
    cut = picture.reshape(v, h // BLOCK_PX, BLOCK_PX, w // BLOCK_PX, BLOCK_PX, c)
    return cut.mean(axis=(2, 4))


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(V, S, S) with the eight neighbours."""
    out = mask.copy()
    for axis in (1, 2):
        before = out.copy()
        for step in (1, -1):
            out |= np.roll(before, step, axis)
    return out


def _shrunk(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(V, S, S) without the border."""
    return ~_grown(~mask)
