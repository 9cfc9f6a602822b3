"""Hits to pixels: one `Renderer` protocol, the Embree renderer (default) and the pyrender renderer (OpenGL)."""

from scenegen.errors import UsageError
from scenegen.rendering.embree_renderer import EmbreeRenderer
from scenegen.rendering.frame import BACKGROUND, Frame, Renderer

__all__ = ["BACKGROUND", "EmbreeRenderer", "Frame", "Renderer", "make_renderer"]


def make_renderer(name: str) -> Renderer:
    """The renderer of this name, embree or pyrender; the latter raises RenderError where OpenGL cannot start."""
    if name == "embree":
        return EmbreeRenderer()
    if name == "pyrender":
        from scenegen.rendering.pyrender_renderer import PyrenderRenderer

        return PyrenderRenderer()
    raise UsageError(f"--renderer {name}: choose embree or pyrender")
