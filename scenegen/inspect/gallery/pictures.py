"""Pictures for a web page: made smaller, encoded as WebP, and written as text."""

import base64
import io

from PIL import Image

from scenegen.shards.sample import Array

THUMB_PX = 184
"""Longer side of a thumbnail."""
VIEW_PX = 480
"""Longer side of each picture of a pair in the viewer."""
_THUMB_QUALITY = 55
_STEPS = ((1.0, 80), (1.0, 68), (1.0, 54), (1.0, 40), (0.7, 40), (0.5, 30), (0.35, 20))
"""Scale and quality of the pictures, from good to small."""
_METHOD = 2
"""Effort of the encoder, 0 to 6: 3 takes twice as long and saves 4 %."""


def thumbnail(picture: Array) -> str:
    """A small version of a (H, W, 3) uint8 sRGB picture as a `data:` address."""
    return _data_uri(webp(smaller(picture, THUMB_PX), _THUMB_QUALITY))


def view_pictures(rgb: Array, budget: int) -> list[str]:
    """The views (V, H, W, 3) of a sample as `data:` addresses, `budget` characters together wherever that can be.

    More views are each smaller; quality, then size, are lowered until they fit.
    """
    side = VIEW_PX * min(1.0, (2 / len(rgb)) ** 0.5)
    addresses: list[str] = []
    for scale, quality in _STEPS:
        addresses = [_data_uri(webp(smaller(picture, round(side * scale)), quality)) for picture in rgb]
        if sum(map(len, addresses)) <= budget:
            break
    return addresses


def smaller(picture: Array, side: int) -> Image.Image:
    """The picture with a longer side of `side` pixels at most."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.BICUBIC)
    return image


def webp(image: Image.Image, quality: int) -> bytes:
    """The picture as a WebP file."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=_METHOD)
    return buffer.getvalue()


def _data_uri(encoded: bytes) -> str:
    """A WebP file as a `data:` address."""
    return f"data:image/webp;base64,{base64.b64encode(encoded).decode()}"
