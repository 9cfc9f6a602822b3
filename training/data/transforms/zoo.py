"""Every transform by name. A new one is a file with a `Transform`, and a row in TRANSFORMS."""

from collections.abc import Callable

from training.data.transforms.cover import CoverTransform
from training.data.transforms.paper import PaperTransform
from training.data.transforms.transform import Transform
from training.errors import RequestError

TRANSFORMS: dict[str, Callable[[], Transform]] = {
    "paper": PaperTransform,
    "cover": CoverTransform,
}


def build_transform(name: str) -> Transform:
    """The transform of a name with its own ranges. Raises RequestError for an unknown name."""
    if name not in TRANSFORMS:
        raise RequestError(f"no transform is called {name!r}: choose one of {', '.join(TRANSFORMS)}")
    return TRANSFORMS[name]()


def transform_name(transform: Transform) -> str:
    """The name of a transform's kind."""
    return next(name for name, kind in TRANSFORMS.items() if type(transform) is kind)
