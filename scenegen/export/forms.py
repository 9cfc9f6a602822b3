"""What a format is: who writes it, and what it asks of the samples, so that a run it cannot hold is told so at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scenegen.errors import UsageError
from scenegen.export.choices import Format, Suffix
from scenegen.export.scenes import SceneSamples
from scenegen.shards.lens import LENSES
from scenegen.shards.origin import imported_from
from scenegen.shards.schema import absent

Writer = Callable[[Iterable[SceneSamples], Path, Suffix], None]


@dataclass(frozen=True)
class Form:
    """A format that samples can be written in."""

    write: Writer
    cameras: bool = True
    """Whether it needs them; matches that were imported alone have none."""
    lenses: bool = False
    """Whether it can say, or needs not know, that cameras are others than pinholes."""
    layers: tuple[str, ...] = ()
    """Layers that it needs."""
    views: int | None = None
    """How many views a sample must have; None: any number."""
    most_px: int | None = None
    """Longest side of a picture that its readers take; None: any."""
    meshes: bool = False
    """Whether it needs room and objects, which are read from the sources of the run."""
    lost: Callable[[str], str | None] = lambda _: None
    """Why its readers would not find a shard of this name, in a clause; None where they do."""


def require(form: Form, name: str, scene: SceneSamples, forms: Mapping[Format, Form]) -> None:
    """Raise UsageError, in one line, where the format `name` cannot hold the samples of the scene's shard.

    `forms` are all there are, some of which are advised.
    """
    for there, needed, advice in (*_unmet(form, scene, forms), *_lost(form, scene)):
        raise UsageError(f"{scene.reader.path}: {there}, and --format {name} needs {needed}: {advice}")


def _unmet(form: Form, scene: SceneSamples, forms: Mapping[Format, Form]) -> Iterator[tuple[str, str, str]]:
    """What the shard has, what is needed instead, and what to do."""
    shapes = {info.name: info.shape for info in scene.reader.datasets()}
    _, views, height, width, _ = shapes["rgb"]
    if form.cameras and "camera/K" in absent(scene.reader.attributes):
        others = ", ".join(name for name, other in forms.items() if not other.cameras)
        yield "has matches without cameras, as it was imported", "cameras", f"choose {others}"
    if lens := next((model for model, name in LENSES.items() if name in shapes and not form.lenses), None):
        others = ", ".join(name for name, other in forms.items() if other.lenses)
        yield f"has cameras with a {lens} lens", "pinholes", f"choose {others}"
    if form.meshes and (layout := imported_from(scene.reader.config)):
        yield f"was imported from {layout}", "the meshes of a rendered run", "choose colmap or nerfstudio"
    if form.views not in (None, views):
        yield f"has samples of {views} views", f"{form.views}", f"render with --views {form.views}"
    if missing := [layer for layer in form.layers if layer not in shapes]:
        yield f"has no layer {missing[0]}", "it", f"render with --layers rgb,{','.join(form.layers)}"
    if form.most_px and max(width, height) > form.most_px:
        yield f"has pictures of {width}x{height}", f"sides of {form.most_px} at most", "render with a smaller --size"


def _lost(form: Form, scene: SceneSamples) -> Iterator[tuple[str, str, str]]:
    if why := form.lost(scene.shard):
        yield f"is a name that is lost, as {why}", "another one", "rename the file, in manifest.json too"
