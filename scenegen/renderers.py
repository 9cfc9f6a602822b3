"""Renderers as one table: what a configuration may name, who starts each, and what it cannot draw."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal


@dataclass(frozen=True)
class RendererKind:
    """A renderer that can be named."""

    started_by: str
    """`module:function`, () to a `rendering.Renderer`."""
    pinholes_alone: str = ""
    """Why it draws through no lens, in a clause; "" where it draws through all."""


RENDERERS = {
    "embree": RendererKind("scenegen.rendering.choice:start_embree"),
    "pyrender": RendererKind("scenegen.rendering.pyrender_renderer:PyrenderRenderer", "OpenGL draws pinholes alone"),
}
"""Every renderer by name."""
RUNS_ANYWHERE = next(iter(RENDERERS))
"""The one that runs on every machine, taken unless another is named."""
if TYPE_CHECKING:
    RendererName = str
else:
    RendererName = Literal[tuple(RENDERERS)]
"""What the command line offers."""
