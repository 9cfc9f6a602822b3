"""Renderers by name."""

from collections.abc import Callable
from dataclasses import dataclass

from scenegen.errors import UsageError
from scenegen.lenses import Lens
from scenegen.rendering.frame import Renderer
from scenegen.tracing.tracer import tracer


def open_renderer(name: str) -> Renderer:
    """Start a renderer. Raises UsageError for an unknown name, RenderError where OpenGL cannot start."""
    return _named(name).start()


def require_renderer(name: str) -> None:
    """Raise UsageError or RenderError where a renderer cannot be started; none stays open."""
    open_renderer(name).close()


def require_lens(name: str, lens: Lens) -> None:
    """Raise UsageError where a renderer cannot draw through a lens."""
    if lens.bends and (why := _named(name).pinholes_alone):
        others = " or ".join(other for other, each in RENDERERS.items() if not each.pinholes_alone)
        raise UsageError(f"--lens {lens}: {why}: use --renderer {others}")


def _named(name: str) -> "RendererKind":
    if name not in RENDERERS:
        raise UsageError(f"--renderer {name}: unknown; choose {' or '.join(RENDERERS)}")
    return RENDERERS[name]


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


@dataclass(frozen=True)
class RendererKind:
    """A renderer that can be named."""

    start: Callable[[], Renderer]
    pinholes_alone: str = ""
    """Why it draws through no lens, in a clause; "" where it draws through all."""


RENDERERS = {"embree": RendererKind(_embree), "pyrender": RendererKind(_pyrender, "OpenGL draws pinholes alone")}
"""Every renderer by name."""
