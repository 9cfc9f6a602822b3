"""Every network by name. A new one is a file with a `build_model`, its test, and a line in NETWORKS."""

from collections.abc import Callable

from training.errors import RequestError
from training.models import cover_unet, fpn, unet
from training.settings import ModelSettings

AnyNetwork = unet.UNet | cover_unet.CoverUNet | fpn.FeaturePyramid
"""A network that can be trained: a `Network` and an `nn.Module`."""
NETWORKS: dict[str, Callable[[ModelSettings, int], AnyNetwork]] = {
    "unet": unet.build_model,
    "cover": cover_unet.build_model,
    "fpn": fpn.build_model,
}
"""Name on the command line -> the network with initial weights from (settings, seed)."""


def build_network(settings: ModelSettings, seed: int) -> AnyNetwork:
    """The network that the settings name; its initial weights are a function of `settings` and `seed` alone.

    Raises RequestError that lists the names, and for settings that make no network.
    """
    if settings.network not in NETWORKS:
        raise RequestError(f"--network {settings.network}: unknown; choose one of {', '.join(NETWORKS)}")
    return NETWORKS[settings.network](settings, seed)
