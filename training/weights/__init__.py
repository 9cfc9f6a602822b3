"""The weights of a network in a file of their own, and the ones that come with the package."""

from pathlib import Path

BUILTIN = Path("builtin")
"""What `--run` calls the weights that come with the package."""
SUFFIX = ".safetensors"
"""Ending of a file of weights."""
