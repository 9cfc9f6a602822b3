"""Renderers by name."""

from scenegen.errors import UsageError
from scenegen.rendering.frame import Renderer


def open_renderer(name: str) -> Renderer:
    """Start a renderer. Raises UsageError for an unknown name, RenderError where OpenGL cannot start."""
    if name == "embree":
        from scenegen.rendering.embree_renderer import EmbreeRenderer

        return EmbreeRenderer()
    if name == "pyrender":
        from scenegen.rendering.pyrender_renderer import PyrenderRenderer

        return PyrenderRenderer()
    raise UsageError(f"--renderer {name}: unknown; choose embree or pyrender")


def require_renderer(name: str) -> None:
    """Raise UsageError or RenderError where a renderer cannot be started; none stays open."""
    open_renderer(name).close()
