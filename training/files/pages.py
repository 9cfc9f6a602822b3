"""HTML pages that share one style."""

import re
from collections.abc import Mapping
from importlib.resources import files


def filled(package: str, values: Mapping[str, str]) -> str:
    """The page.html of a package: each {{name}} becomes its value, and {{style}} the style of all pages."""
    template = files(package).joinpath("page.html").read_text(encoding="utf-8")
    style = files("training.files").joinpath("page.css").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: ({"style": style} | dict(values))[match[1]], template)
