"""Hits to pixels: one `Renderer` protocol, the Embree renderer (default) and the pyrender renderer (OpenGL)."""

from scenegen.rendering.choice import open_renderer
from scenegen.rendering.frame import BACKGROUND, Frame, Renderer

__all__ = ["BACKGROUND", "Frame", "Renderer", "open_renderer"]
