"""The schema as tables in Markdown, for the README and for cards."""

from scenegen.layers import LAYERS
from scenegen.shards import schema
from scenegen.shards.field import LENS_VERSION, in_numbers
from scenegen.shards.lens import camera_convention

_SYMBOLS = {"sample": "P", "view": "V", "seen_in_view": "V", "other_view": "V-1", "y": "H", "x": "W", "ray": "R"}
_SYMBOLS |= {"slot": "M", "asset": "A", "category": "K", "preview_y": "h", "preview_x": "w"}


def shape_text(field: schema.Field) -> str:
    """Shape of a field in the symbols of the documentation, such as `(P, V, H, W, 3)`."""
    sizes = [_SYMBOLS.get(label) or str(schema.FIXED[label]) for label in field.dims]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def markdown_table() -> str:
    """The table of datasets, in Markdown."""
    rows = ["| dataset | shape | type | unit | meaning |", "| --- | --- | --- | --- | --- |"]
    for field in schema.FIELDS:
        meaning = field.description + _note(field)
        cells = (f"`{field.name}`", shape_text(field), schema.dtype_text(field), field.units, meaning)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def markdown_attributes() -> str:
    """The table of root attributes, in Markdown."""
    rows = ["| attribute | meaning |", "| --- | --- |"]
    rows += [f"| `{name}` | {_convention(name)} |" for name in schema.CONVENTIONS]
    rows += [f"| `{name}` | {meaning} |" for name, (_, meaning) in schema.ATTRIBUTES.items()]
    imported = schema.IMPORTED_ATTRIBUTES.items()
    rows += [f"| `{name}` | of imported shards: {meaning} |" for name, (_, meaning) in imported]
    return "\n".join(rows) + "\n"


def _note(field: schema.Field) -> str:
    """Whether a shard may do without it."""
    if field.layer:
        return " *(optional layer)*" if field.is_picture else f" *(with `{field.layer}`)*"
    if field.lens:
        return f" *(with `--lens {field.lens}:…`)*"
    return " *(may be absent from imports)*" if field.name in schema.MAY_BE_ABSENT else ""


def _convention(name: str) -> str:
    """What a convention always is, or is in rendered and in imported shards."""
    rendered, imported = schema.CONVENTIONS[name], schema.IMPORTED_CONVENTIONS[name]
    said = f"always `{rendered}`" if rendered == imported else f"`{rendered}`; of imported shards `{imported}`"
    more = {"format_version": _of_layers(), "camera_convention": _of_lenses()}
    return said.removeprefix("always ") + more[name] if name in more else said


def _of_layers() -> str:
    """Which layers bring a newer version."""
    newer = [layer for layer in LAYERS if in_numbers(layer.since) > in_numbers(schema.FORMAT_VERSION)]
    return "".join(f"; with `{layer.name}` `{layer.since}`" for layer in newer) + f"; with a lens `{LENS_VERSION}`"


def _of_lenses() -> str:
    """What is said of cameras with a lens."""
    return f"; with a lens `{camera_convention('camera/MODEL')}`"
