"""Makes the card of a run and publishes it; a file that somebody else wrote is never replaced."""

import re
from pathlib import Path

from scenegen.card.croissant import Identity, croissant
from scenegen.card.facts import RunFacts, gather_facts
from scenegen.card.picture import contact_strip
from scenegen.card.readme import readme
from scenegen.errors import ShardError, UsageError
from scenegen.shards.manifest import Manifest
from scenegen.shards.writer import publish

MARK = "made by scenegen card; remove this line to keep a file of your own from being replaced"
"""Stands in each file of a card; a file of that name without it is left alone."""
NOBODY = Identity()
"""Nothing is said of a publisher."""
README, PICTURE, CROISSANT = "README.md", "card.jpg", "croissant.json"


def write_card(
    folder: Path, manifest: Manifest, out: Path, name: str | None = None, identity: Identity = NOBODY
) -> RunFacts:
    """Write README.md, card.jpg and croissant.json for the run in `folder` to `out`; what they describe.

    The same run gives the same bytes. Raises UsageError for an impossible name, address or date, or where `out` holds
    a file of that name from elsewhere; ShardError where a shard is damaged or `out` cannot be written.
    """
    _check(name, identity)
    for file in (README, PICTURE, CROISSANT):
        _require_ours(out / file)
    facts = gather_facts(folder, manifest, name)
    files = {
        PICTURE: contact_strip(folder, facts, MARK),
        CROISSANT: croissant(folder, facts, identity, MARK).encode(),
        README: readme(facts, MARK, PICTURE).encode(),
    }
    _make_folder(out)
    for file, data in files.items():
        publish(out / file, data)
    return facts


def _check(name: str | None, identity: Identity) -> None:
    """Raise UsageError for words that would break the files."""
    for option, text in (("--name", name), ("--creator", identity.creator)):
        if text is not None and (not text.strip() or not text.isprintable()):
            raise UsageError(f"{option} {text!r}: must be one line of text")
    if identity.url is not None and not re.fullmatch(r"https?://[^\s\"<>]+", identity.url):
        raise UsageError(f"--url {identity.url!r}: must begin with https:// or http://")
    if identity.date is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", identity.date):
        raise UsageError(f"--date {identity.date!r}: must be YYYY-MM-DD")


def _require_ours(path: Path) -> None:
    """Raise UsageError where a file is there that no card wrote."""
    if not path.exists() and not path.is_symlink():
        return
    try:
        ours = MARK.encode() in path.read_bytes()
    except OSError:
        ours = False
    if not ours:
        raise UsageError(f"{path}: was not made by scenegen card: move it away, or give another folder with --out")


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ShardError(f"{out}: cannot be made ({error.strerror}): choose another --out") from None
