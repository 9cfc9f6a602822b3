"""Taking the code and weights of a published network from where the user has put them."""

import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType


def folder(variable: str, repository: str, holds: str) -> Path:
    """The folder that an environment variable names. Raises FileNotFoundError unless it holds that file."""
    place = Path(os.environ.get(variable, ""))
    if not os.environ.get(variable) or not (place / holds).is_file():
        raise FileNotFoundError(f"set {variable} to a copy of {repository}, the folder that holds {holds}")
    return place


def module(place: Path, name: str) -> ModuleType:
    """A module of that folder. Its name and its package's are forgotten again: other folders have the same."""
    sys.path.insert(0, str(place))
    try:
        return import_module(name)
    finally:
        sys.path.remove(str(place))
        package = name.partition(".")[0]
        for known in [known for known in sys.modules if known.partition(".")[0] == package]:
            del sys.modules[known]


def installed(name: str, packages: str) -> ModuleType:
    """A module of an installed package. Raises ModuleNotFoundError that says what to install."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ModuleNotFoundError(f"{error}: pip install --no-deps {packages}") from None
