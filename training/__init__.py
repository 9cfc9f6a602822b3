"""Dense per-pixel descriptors from shards of true correspondences: data, networks, objectives, loop, evaluation.

    import training

    descriptor = training.load_descriptor()                # the weights of the package; or a run folder
    features = descriptor.describe("photo.jpg")            # (H, W, 64) float32, a descriptor for each pixel
    found = descriptor.match("left.jpg", "right.jpg")      # found.xy0, found.xy1: (M, 2) pixels

PyTorch is loaded when a name is first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.front import PixelDescriptor, load_descriptor

__all__ = ["PixelDescriptor", "load_descriptor"]


def __getattr__(name: str) -> Any:
    """A public name, from where it lives."""
    if name not in __all__:
        raise AttributeError(f"module 'training' has no attribute {name!r}")
    from training import front

    return getattr(front, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
