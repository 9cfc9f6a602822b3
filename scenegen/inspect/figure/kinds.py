"""The kinds of figures by name; light, so that a manual page can list them."""

from typing import Literal, get_args

Kind = Literal["matches", "tracks", "overlap", "layers", "warp"]
KINDS: tuple[Kind, ...] = get_args(Kind)
