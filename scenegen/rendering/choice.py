"""Renderers by name."""

from collections.abc import Callable

from scenegen.errors import UsageError
from scenegen.rendering.frame import Renderer
from scenegen.tracing.tracer import tracer


def open_renderer(name: str) -> Renderer:
    """Start a renderer. Raises UsageError for an unknown name, RenderError where OpenGL cannot start."""
    if name not in RENDERERS:
        raise UsageError(f"--renderer {name}: unknown; choose {' or '.join(RENDERERS)}")
    return RENDERERS[name]()


def require_renderer(name: str) -> None:
    """Raise UsageError or RenderError where a renderer cannot be started; none stays open."""
    open_renderer(name).close()


def _embree() -> Renderer:
    """Compiled where the tracer is; else its readable twin."""
    if tracer().is_compiled:
        from scenegen.rendering.compiled_renderer import CompiledRenderer, warmed

        return warmed(CompiledRenderer())
    from scenegen.rendering.embree_renderer import EmbreeRenderer

    return EmbreeRenderer()


def _pyrender() -> Renderer:
    """By OpenGL."""
    from scenegen.rendering.pyrender_renderer import PyrenderRenderer

    return PyrenderRenderer()


RENDERERS: dict[str, Callable[[], Renderer]] = {"embree": _embree, "pyrender": _pyrender}
