"""How large an asset may be: what a reader refuses, and what it scales down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one asset."""

    max_bytes: int
    """Of the mesh file; a larger one is refused."""
    max_faces: int
    """Triangles; a mesh of more is refused."""
    max_texels: int
    """Texels of all its textures together, without mip levels: pictures beyond are scaled down."""


ROOM_LIMITS = Limits(max_bytes=1 << 30, max_faces=10_000_000, max_texels=1 << 26)
"""A room fills the picture: one atlas of 8192 x 8192 keeps its detail."""
OBJECT_LIMITS = Limits(max_bytes=256 << 20, max_faces=2_000_000, max_texels=1 << 22)
"""An object fills a part of it: one picture of 2048 x 2048, which takes 39 MB in memory.

A pixel at 1 m is 2 mm wide (f = 500 px); that many texels of 2 mm cover 16 m2, twice a wardrobe with all its sides."""
