"""Renderers, started by name."""

from scenegen.errors import UsageError
from scenegen.layers import named
from scenegen.lenses import Lens
from scenegen.renderers import RENDERERS, RendererKind
from scenegen.rendering.frame import Renderer
from scenegen.tracing.tracer import tracer


def open_renderer(name: str) -> Renderer:
    """Start a renderer. Raises UsageError for an unknown name, RenderError where OpenGL cannot start."""
    return named(_kind(name).started_by)()


def require_renderer(name: str) -> None:
    """Raise UsageError or RenderError where a renderer cannot be started; none stays open."""
    open_renderer(name).close()


def require_lens(name: str, lens: Lens) -> None:
    """Raise UsageError where a renderer cannot draw through a lens."""
    if lens.bends and (why := _kind(name).pinholes_alone):
        others = " or ".join(other for other, each in RENDERERS.items() if not each.pinholes_alone)
        raise UsageError(f"--lens {lens}: {why}: use --renderer {others}")


def _kind(name: str) -> RendererKind:
    if name not in RENDERERS:
        raise UsageError(f"--renderer {name}: unknown; choose {' or '.join(RENDERERS)}")
    return RENDERERS[name]


def start_embree() -> Renderer:
    """Compiled where the tracer is; else its readable twin."""
    if tracer().is_compiled:
        from scenegen.rendering.compiled_renderer import CompiledRenderer, warmed

        return warmed(CompiledRenderer())
    from scenegen.rendering.embree_renderer import EmbreeRenderer

    return EmbreeRenderer()
