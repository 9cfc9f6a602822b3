"""Every objective by name. A new one is a file with a `KIND`, its test, and a line in FILES.

Where its options stand in `options`, and its line names them, help and mistakes are told without PyTorch.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from training.errors import RequestError
from training.objectives import options as own
from training.ranges import check_ranges
from training.settings import AnySettings, Distance, FitSettings, ModelSettings

if TYPE_CHECKING:
    from torch import nn

    from training.models.network import Network
    from training.objectives.objective import Kind


class Listed(NamedTuple):
    """An objective of which its options are known without it; its `KIND` says the same and more."""

    file: str
    """Module of this folder, which is imported when its objective is asked for."""
    settings: type[Any]
    """Its options, a frozen dataclass with a default for each."""
    distance: Callable[[Any], Distance]
    """How its descriptors are compared."""
    network: Callable[[ModelSettings], ModelSettings] = own.same_network
    """The network with the end that it wants."""


FILES: dict[str, Listed | str] = {
    "stable": Listed("stable", own.StableSettings, own.euclidean),
    "stable-hard": Listed("hard", own.StableSettings, own.euclidean),
    "stable-softmax": Listed("stable_softmax", own.StableSoftmaxSettings, own.by_largest),
    "stable-bits": Listed("stable_bits", own.StableBitsSettings, own.by_angle),
    "stable-codes": Listed("stable_codes", own.StableBitsSettings, own.by_angle, own.ends_in_codes),
    "infonce": Listed("infonce", own.InfoNceSettings, own.by_similarity),
    "dual-softmax": Listed("dual_softmax", own.DualSoftmaxSettings, own.by_angle),
    "don": Listed("don", own.DonSettings, own.euclidean),
    "triplet": Listed("triplet", own.TripletSettings, own.by_angle),
    "ucn": Listed("ucn", own.UcnSettings, own.by_angle),
    "smooth-ap": Listed("smooth_ap", own.SmoothApSettings, own.by_angle),
    "pixpro": Listed("pixpro", own.PixProSettings, own.by_angle),
    "sigreg": Listed("sigreg", own.SigRegSettings, own.euclidean),
    "cover": Listed("cover", own.CoverSettings, own.by_angle),
}
"""Name on the command line -> what is known of it. The name of its file alone will do: that is asked for the rest."""


def names() -> tuple[str, ...]:
    """The names of all objectives."""
    return tuple(FILES)


def kind(name: str) -> "Kind[Any]":
    """What the file of an objective says about it. Raises RequestError that lists the names."""
    if name not in FILES:
        raise RequestError(f"--objective {name}: unknown; choose one of {', '.join(FILES)}")
    entry = FILES[name]
    return import_module(f"training.objectives.{entry.file if isinstance(entry, Listed) else entry}").KIND


def options(name: str) -> "Listed | Kind[Any]":
    """The options of an objective and its distance, without PyTorch where its line has them. Raises RequestError."""
    entry = FILES.get(name)
    return entry if isinstance(entry, Listed) else kind(name)


def run_of(name: str, given: dict[str, Any], **run: Any) -> AnySettings:
    """The settings of a run with an objective and its options; the rest are fields of FitSettings."""
    return FitSettings(objective=name, loss=options(name).settings(**given), **run)


def with_objective(settings: AnySettings, name: str, **given: Any) -> AnySettings:
    """The same run with another objective, at its own defaults but for those that are given.

    Descriptors get length 1 where the objective compares directions, and the network ends as it wants it.
    """
    chosen = options(name)
    loss = chosen.settings(**given)
    model = replace(settings.model, unit_length=chosen.distance(loss) == "cosine", code_gain=0.0)
    return replace(settings, objective=name, loss=loss, model=chosen.network(model))


def distance_of(settings: AnySettings) -> Distance:
    """How descriptors of a run are compared and searched, unless told otherwise."""
    return options(settings.objective).distance(settings.loss)


def build(settings: AnySettings, network: "Network") -> "nn.Module":
    """The objective of a run, for its new network. Raises RequestError for settings that cannot be met."""
    chosen = kind(settings.objective)
    if not isinstance(settings.loss, chosen.settings):
        raise RequestError(f"objective {settings.objective} has options of its own: these are {settings.loss}")
    check_ranges(settings)
    wanted = chosen.levels(settings.loss)
    if wanted > 1 and network.lattice.step_px > 1:
        raise RequestError(
            f"--objective {settings.objective}: needs a map of every pixel, the finest of --network "
            f"{settings.model.network} has cells of {network.lattice.step_px} px; use --network unet"
        )
    if len(network.map_channels) < wanted:
        raise RequestError(
            f"--objective {settings.objective}: needs a network with maps of {wanted} resolutions, this one has "
            f"{len(network.map_channels)}; use more --widths and --blocks, or another objective"
        )
    return chosen.make(settings.loss, network, settings)
