"""Who is compared: objectives, each at its own defaults or with options of its own."""

import json
import re
from dataclasses import dataclass, fields, replace
from typing import Any

from training.coding import SettingsMismatch, decode
from training.errors import RequestError
from training.objectives.registry import kind, names, with_objective
from training.ranges import check_ranges
from training.settings import AnySettings

_COMMA = re.compile(r",(?![^\[]*\])")
"""A comma between contestants; those of a list, as in `cover:vector_heads=[1,1,1,1,1]`, are none."""


@dataclass(frozen=True)
class Contestant:
    """An objective with its options: one row of the comparison."""

    name: str
    """As it was asked for: `infonce`, or `infonce:temperature=0.05`."""
    objective: str
    """Name in the registry."""
    loss: Any
    """Its options."""

    def settings(self, base: AnySettings, lr_factor: float, seed: int) -> AnySettings:
        """A run of it: `base` but for the objective, what that demands of the network, the learning rate and seed."""
        options = {field.name: getattr(self.loss, field.name) for field in fields(self.loss)}
        optimizer = replace(base.optimizer, lr=base.optimizer.lr * lr_factor)
        return with_objective(replace(base, optimizer=optimizer, seed=seed), self.objective, **options)


def contestants(text: str) -> tuple[Contestant, ...]:
    """Contestants from `all`, or from names with commas between: `stable,infonce:temperature=0.05:similarity=l2`.

    Raises RequestError that lists what there is.
    """
    wanted = names() if text.strip() == "all" else [word.strip() for word in _COMMA.split(text) if word.strip()]
    if not wanted:
        raise RequestError(f"--objectives {text!r}: names nothing; {_known()}")
    return tuple(_contestant(word) for word in dict.fromkeys(wanted))


def _contestant(word: str) -> Contestant:
    name, *options = word.split(":")
    if name not in names():
        raise RequestError(f"--objectives {name}: unknown; {_known()}")
    form = kind(name).settings
    values = dict(_option(each, form, word) for each in options)
    loss = decode(form, {field.name: getattr(form(), field.name) for field in fields(form)} | values)
    check_ranges(loss)
    return Contestant(word, name, loss)


def _option(text: str, form: type, word: str) -> tuple[str, Any]:
    """Name and value of `option=value`: as JSON where that fits the option, else as text."""
    name, _, value = text.partition("=")
    name = name.replace("-", "_")
    known = [field.name for field in fields(form)]
    if name not in known:
        has = f"choose among {', '.join(known)}" if known else "it has none"
        raise RequestError(f"--objectives {word}: no option {name or text!r}; {has}")
    for reading in (_json(value), value):
        try:
            return name, getattr(decode(form, {each: getattr(form(), each) for each in known} | {name: reading}), name)
        except SettingsMismatch as error:
            problem = error
    raise RequestError(f"--objectives {word}: {problem}")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _known() -> str:
    return f"choose among {', '.join(names())}, with commas between, or all"
