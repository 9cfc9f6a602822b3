"""Every transform by name. A new one is a file with a `Transform`, and a row in TRANSFORMS."""

from dataclasses import dataclass, replace

from training.data.image_settings import ImageSettings
from training.data.transforms.cover import CoverTransform
from training.data.transforms.paper import PaperTransform
from training.data.transforms.transform import Transform
from training.errors import RequestError
from training.settings import AnySettings, AugmentSettings, WarpSettings


@dataclass(frozen=True)
class Entry:
    """One transform."""

    ranges: type[Transform]
    """The frozen dataclass that is the transform, with a default for each range."""
    augment: AugmentSettings
    """The photometric changes of both views that belong to it."""


TRANSFORMS: dict[str, Entry] = {
    "paper": Entry(PaperTransform, AugmentSettings(hue=0.1, saturation=0.3, motion_blur_p=0.1)),
    "cover": Entry(CoverTransform, AugmentSettings()),
}

WINDOW = 128
"""Side of the windows where a run has not said it: pictures of a folder differ in size."""


def entry(name: str) -> Entry:
    """The transform of a name. Raises RequestError for an unknown one."""
    if name not in TRANSFORMS:
        raise RequestError(f"--transform {name}: unknown; choose one of {', '.join(TRANSFORMS)}")
    return TRANSFORMS[name]


def image_settings(name: str) -> ImageSettings[Transform]:
    """How pairs are made of single pictures by a transform at its own ranges. Raises RequestError."""
    return ImageSettings(name, entry(name).ranges())


def with_images(settings: AnySettings, name: str) -> AnySettings:
    """The same run on single pictures, their views made by a transform, with its photometric changes and no warps.

    Raises RequestError for an unknown name.
    """
    usual = {"augment": entry(name).augment, "warp": WarpSettings()}  # a preset's own are meant for rooms
    data = replace(settings.data, crop=settings.data.crop or WINDOW, **usual)
    return replace(settings, views=image_settings(name), data=data)
