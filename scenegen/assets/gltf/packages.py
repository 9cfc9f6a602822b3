"""Decoders that come as packages of their own, imported when a file needs one."""

from importlib import import_module
from types import ModuleType

from scenegen.errors import AssetError


def decoder(module: str, where: str, extension: str) -> ModuleType:
    """The module. Raises AssetError `missing_package` that names it where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        what = f"{where}: {extension} needs {module}, which is not installed: pip install {module}"
        raise AssetError("missing_package", what) from None
