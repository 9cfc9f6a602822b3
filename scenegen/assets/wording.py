"""Foreign words in our sentences and files: names of files and materials, messages of parsers."""

from pathlib import Path

from scenegen.errors import UsageError

BOM = b"\xef\xbb\xbf"
"""Byte order mark that some editors put before a text in UTF-8."""


def one_line(text: object, most: int = 160) -> str:
    """At most `most` characters on one line, blanks squeezed; what cannot be printed becomes "?"."""
    squeezed = " ".join(str(text)[: 4 * most].split())
    plain = "".join(c if c.isprintable() else "?" for c in squeezed)
    return plain if len(plain) <= most else plain[: most - 3] + "..."


def decoded(data: bytes) -> str:
    """A name or remark in a foreign text: UTF-8 where it is that, else Latin-1, which takes any bytes."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def is_plain(name: str) -> bool:
    """Whether a name can be printed on one line and written as UTF-8."""
    return name.isprintable() and not any("\ud800" <= c <= "\udfff" for c in name)


def plain_path(path: Path, root: Path) -> Path:
    """The same path. Raises UsageError where its name below `root` cannot be an id."""
    name = path.relative_to(root).as_posix()
    if not is_plain(name):
        raw = name.encode("utf-8", "surrogateescape")
        raise UsageError(f"{root}: the name {raw!r} is no line of plain UTF-8; rename it")
    return path
