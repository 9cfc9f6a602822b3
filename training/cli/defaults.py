"""Where the defaults of `scenetrain fit` come from: the preset and the objective that its own words name.

Options are the fields of dataclasses, and which ones there are depends on the objective: so the words are looked at
for --preset and --objective before they are parsed.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from inspect import getdoc
from typing import Annotated, Any

import tyro

from training.cli.commands import Fit, FitWords
from training.coding import flat
from training.data.image_settings import ImageSettings
from training.data.transforms.registry import TRANSFORMS, with_images
from training.errors import RequestError
from training.objectives.registry import names, options, with_objective
from training.presets import preset
from training.settings import AnySettings


def fit_type(words: Sequence[str]) -> Any:
    """The type of `scenetrain fit` for tyro: with the options and defaults of its words where it is the command."""
    if not words or words[0] != "fit":
        return Annotated[FitWords, tyro.conf.subcommand("fit", description=Fit.__doc__)]
    settings = default_settings(words[1:])
    _refuse_options_of_others(words[1:], settings)
    default = Fit(tyro.MISSING, settings)
    own = options(settings.objective).settings
    manual = (
        f"{getdoc(Fit)}\n\nObjectives (--objective NAME --help shows the options of one): {', '.join(names())}. "
        f"Transforms (--images DIR --transform NAME): {', '.join(TRANSFORMS)}."
    )
    return Annotated[Fit[own, views_type(settings)], tyro.conf.subcommand("fit", default=default, description=manual)]


def _refuse_options_of_others(words: Sequence[str], settings: AnySettings) -> None:
    """Raise RequestError for an option that other objectives have, and this run has not: tyro would guess at names."""
    known = {place.rpartition(".")[2] for place in flat(settings)} | {field.name for field in fields(Fit)} | {"help"}
    for word in words:
        name = word.removeprefix("--").partition("=")[0].replace("-", "_")
        if not word.startswith("--") or name in known:
            continue
        owners = [each for each in names() if name in _options(each)]
        if owners:
            has = ", ".join(_options(settings.objective)) or "none"
            raise RequestError(
                f"{word.partition('=')[0]}: is an option of --objective {' or '.join(owners)}; "
                f"those of {settings.objective}: {has.replace('_', '-')}"
            )


def _options(objective: str) -> list[str]:
    """The names of an objective's own options."""
    return [field.name for field in fields(options(objective).settings)]


def views_type(settings: AnySettings) -> Any:
    """The type of a run's `views`, whose options are shown with --images alone."""
    if settings.views is None:
        return Annotated[None, tyro.conf.Suppress]
    return ImageSettings[type(settings.views.ranges)]


def default_settings(words: Sequence[str]) -> AnySettings:
    """The settings of the preset and the objective that are named. Raises RequestError for unknown ones."""
    settings = preset(option(words, "--preset") or "paper")
    objective = option(words, "--objective")
    if objective is not None:
        settings = with_objective(settings, objective)
    if option(words, "--images") is not None:
        settings = with_images(settings, option(words, "--transform") or "paper")
    if option(words, "--epochs") is None:
        return settings
    if option(words, "--steps") is not None:
        raise RequestError("--epochs and --steps: give one of them")
    return replace(settings, steps=0)  # a preset may count steps


def option(words: Sequence[str], name: str) -> str | None:
    """The value of an option, written `--name value` or `--name=value`; None where it is not given."""
    for place, word in enumerate(words):
        if word == name:
            return words[place + 1] if place + 1 < len(words) else None
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None
