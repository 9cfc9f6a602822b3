"""Refusing settings that make no network."""

from collections.abc import Mapping

from training.errors import RequestError
from training.settings import ModelSettings


def refuse_broken(wrong: Mapping[str, bool], settings: ModelSettings) -> None:
    """Raise RequestError with the first rule (in words -> whether it is broken) that the settings break, if any."""
    for rule, broken in wrong.items():
        if broken:
            raise RequestError(f"no network can be built: {rule}; these are {settings}")
