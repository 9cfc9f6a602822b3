"""The text of the card."""

from scenegen.card import tables
from scenegen.card.facts import RunFacts
from scenegen.card.hugging_face import front_matter
from scenegen.shards import schema
from scenegen.shards.origin import DEPTH_NOISE
from scenegen.shards.tables import markdown_attributes, markdown_table
from scenegen.sizes import size_text

SHOWN_PROBLEMS = 10
CONVENTIONS = {
    "camera_convention": "camera",
    "pose_convention": "pose",
    "pixel_convention": "pixel",
    "depth_convention": "depth",
    "length_unit": "length",
}
"""Root attributes that are conventions, in a word."""


def readme(facts: RunFacts, mark: str, picture: str) -> str:
    """README.md; `mark` stands in it as a comment, `picture` is the name of the picture beside it."""
    sections = (
        f"# {facts.name}\n",
        _summary(facts),
        f"![Some samples: two views each, dots of one colour are one surface point]({picture})\n\n"
        "*Samples spread over the run, two views each. Dots of one colour are one surface point.*\n",
        _unfinished(facts),
        _counts(facts),
        _reading(facts),
        _format(facts),
        _making(facts),
        _assets(facts),
        _terms(facts),
        _limits(facts),
        _citation(facts),
    )
    return front_matter(facts) + f"<!-- {mark} -->\n\n" + "\n".join(section for section in sections if section)


def summary_line(facts: RunFacts) -> str:
    """What the set is, in a sentence."""
    size = f"{facts.sizes['x']} × {facts.sizes['y']}"
    return (
        f"{facts.samples:,} samples of {facts.views} views, {size} pixels, in {facts.rooms:,} rooms: for "
        f"{facts.sizes['ray']:,} pixels of the first view of each, the place of the same surface point in the other "
        f"view{'s' if facts.views > 2 else ''}, to a fraction of a pixel, and whether it is seen there."
    )


def _summary(facts: RunFacts) -> str:
    version = facts.manifest.generator_version
    layers = ", ".join(facts.layers) or "none"
    origin = (
        f"Imported by scenegen {version} from data in the layout `{facts.layout}`; labels are as exact as that data is."
        if facts.layout
        else f"Rendered and traced from meshes by scenegen {version}; no label was guessed by a network or a person."
    )
    size = f"{size_text(facts.total_bytes)} in {len(facts.shards):,} HDF5 files"
    return f"{summary_line(facts)}\n\n{origin} Optional layers: {layers}. {_lens(facts)}{_absent(facts)}{size}.\n"


def _lens(facts: RunFacts) -> str:
    """What the cameras are, in a sentence; nothing where they are pinholes."""
    return f"The cameras have a {facts.lens} lens: `camera/{facts.lens}`. " if facts.lens else ""


def _absent(facts: RunFacts) -> str:
    """What the shards lack, in a sentence; nothing where they have all."""
    names = ", ".join(f"`{name}`" for name in facts.absent)
    return f"Not known, and so absent: {names}. " if names else ""


def _unfinished(facts: RunFacts) -> str:
    """A note where shards are missing or failed."""
    if len(facts.shards) == facts.planned:
        return ""
    done = f"{len(facts.shards)} of {facts.planned} shards are there"
    problems = [f"> - failed: `{item.file}`: {' '.join(item.why.split())}" for item in facts.failed[:SHOWN_PROBLEMS]]
    if (rest := len(facts.failed) - SHOWN_PROBLEMS) > 0:
        problems.append(f"> - and {rest} more failed")
    counts = f"{facts.missing} missing, {len(facts.failed)} failed"
    note = f"> **Unfinished.** {done}, {counts}. This card describes those that are there."
    return "\n".join([note, *([">", *problems] if problems else []), ""])


def _counts(facts: RunFacts) -> str:
    parts = ["## What is in it\n", tables.split_table(facts)]
    if len(facts.splits) > 1 and not facts.layout:
        parts.append("Rooms of one split are in no other, nor objects, unless `all` stands there.\n")
    if facts.status:
        parts += [
            "What became of the traced pixels in the other views; nothing is dropped:\n",
            tables.status_table(facts),
        ]
    if measures := tables.measure_table(facts):
        parts += ["Over all samples:\n", measures]
    return "\n".join([*parts, tables.category_line(facts)])


def _reading(facts: RunFacts) -> str:
    file, split = tables.first_shard(facts), facts.shards[0].split
    return f"""## How to read it

With h5py alone:

```python
import h5py

with h5py.File("{file}") as f:
    code = h5py.check_enum_dtype(f["rays/status"].dtype)  # {{'no_hit': 0, 'visible': 1, ...}}
    left, right = f["rgb"][0, :2]
    seen = f["rays/status"][0, 0] == code["visible"]
    xy0, xy1 = f["rays/xy0"][0][seen], f["rays/xy"][0, 0][seen]  # the same points in both pictures, (x, y)
```

With Hugging Face `datasets` (5.2 was tested), which takes the columns from the head of this file; `assets/` and
`preview` have no row for each sample and stay in the files, `dtype=None` keeps the types of the file:

```python
from datasets import load_dataset

data = load_dataset("path/of/this/folder", split="{split}")  # or the name of the set on the hub
data = data.with_format("numpy", dtype=None)
left, right = data[0]["rgb"][:2]
```

With scenegen, lazily and safe in worker processes:

```python
from scenegen.shards import ShardSet

xy0, xy1 = ShardSet("path/of/this/folder", split="{split}")[0].matches()
```
"""


def _format(facts: RunFacts) -> str:
    version = facts.manifest.format_version or schema.FORMAT_VERSION
    sizes = ", ".join(
        f"{symbol} = {facts.sizes[label]:,}" for symbol, label in (("V", "view"), ("H", "y"), ("W", "x"), ("R", "ray"))
    )
    conventions = "\n".join(f"- {words}: {facts.conventions[name]}" for name, words in CONVENTIONS.items())
    return f"""## What is in a file

Format `{schema.FORMAT}` {version}, P samples of one room in a file; here {sizes}. M object slots and A assets differ
between files.

{markdown_table()}
Root attributes:

{markdown_attributes()}
**Conventions**

{conventions}
- instance: 0 is nothing, 1 the room, 2.. the objects; i is slot i - 2 of `objects/`
- `rays/xy` keeps the true projection of occluded and outside points, and is NaN where there is none
"""


def _making(facts: RunFacts) -> str:
    manifest = facts.manifest
    if facts.layout:
        return _importing(facts)
    elsewhere = [source for source in facts.sources if source.on_disk]
    options = "".join(f" --{role[:-1]}-source {s.kind}:PATH" for s in elsewhere for role in s.roles)
    where = f", where PATH is the place of {' and of '.join(s.title for s in elsewhere)}" if elsewhere else ""
    return f"""## How it was made

    scenegen render --config config.json{options} --out AGAIN

makes the same samples again{where}. Root seed: {manifest.config.get("seed", "?")}.
Digest of the configuration: `{manifest.config_sha256 or "?"}`.
Digest of what there was to choose from: `{manifest.assets_sha256 or "?"}`.

{_cost(facts)}
{tables.version_table(facts)}"""


def _importing(facts: RunFacts) -> str:
    """How an import was made."""
    noise = facts.manifest.config.get(DEPTH_NOISE)
    terms = ", ".join(f"{name} {value:g}" for name, value in noise.items()) if isinstance(noise, dict) else ""
    verdicts = (
        f"Verdicts follow from depth, poses and the noise of the depth ({terms}): points beyond it, near depth edges "
        "or without depth in the other view are `ambiguous`.\n\n"
        if terms
        else ""
    )
    return f"""## How it was made

    scenegen import --from {facts.layout} --data PATH --out AGAIN

with the options in `manifest.json` makes the same samples again of the same data. {verdicts}\
Digest of the configuration: `{facts.manifest.config_sha256 or "?"}`.
Digest of the names of the data: `{facts.manifest.assets_sha256 or "?"}`.

{_cost(facts)}
{tables.version_table(facts)}"""


def _cost(facts: RunFacts) -> str:
    """Time and size; nothing of time where the manifest does not say."""
    size = f"{facts.total_bytes / facts.samples / 1e6:.2f} MB a sample"
    if not facts.seconds:
        return f"Cost: {size}.\n"
    machine = facts.manifest.made_with.get("machine", "a machine that is not named")
    spent = f"{facts.seconds / 3600:,.1f} core-hours" if facts.seconds >= 3600 else f"{facts.seconds:,.0f} core-seconds"
    return f"Cost: {spent} on {machine}, {facts.samples / facts.seconds:.2f} samples a second and core; {size}.\n"


def _assets(facts: RunFacts) -> str:
    """What was wrong with assets, and which were replaced; nothing where there is nothing to say."""
    remarks = facts.manifest.skipped_and_failed
    parts = []
    if remarks.defects:
        parts += [
            f"{len(remarks.defects):,} assets in use have defects:\n",
            tables.count_table("defect", remarks.by_code()),
        ]
    if remarks.skipped:
        parts += [
            f"{len(remarks.skipped):,} could not be used; for an object that could not, another one was drawn:\n",
            tables.count_table("reason", remarks.by_reason()),
        ]
    names = "`assets` and `skipped` in `manifest.json` name each of them, with details.\n"
    return "\n".join(["## Assets: defects and replacements\n", *parts, names]) if parts else ""


def _terms(facts: RunFacts) -> str:
    """Licences of the assets."""
    lines = []
    for source in facts.sources:
        page = f" See {source.link}." if source.link else ""
        lines.append(f"- {' and '.join(source.roles)}: {source.title}. {source.terms}{page}")
    stated = f"The shards state: *{' '.join(facts.license.split())}*."
    rest = "Pictures are derived from the assets: keep to their terms. The program scenegen is MIT."
    rest = "The program scenegen is MIT." if facts.layout else rest
    return "\n".join(["## Licence\n", *lines, "", f"{stated} {rest}\n"])


def _limits(facts: RunFacts) -> str:
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in limitations(facts)) + "\n"


def limitations(facts: RunFacts) -> list[str]:
    """What the set cannot be taken for."""
    if facts.layout:
        return [
            "Labels have the errors of what they were made from: poses, calibration, depth, or whoever marked them.",
            "Nothing moved between the views, as far as the labels know.",
        ]
    lens = "" if facts.lens else "lens distortion, "
    return [
        f"Synthetic pictures: no {lens}motion blur, rolling shutter or sensor noise; surfaces are opaque.",
        "Scenes are static: the objects of a sample do not move between its views.",
        "Objects are placed by chance within a room, not as people place them.",
        *(source.limit for source in facts.sources if source.limit),
    ]


def bibtex(facts: RunFacts) -> str:
    """How to cite this set: its own entry."""
    digest = facts.manifest.config_sha256
    title = facts.name.replace("{", "").replace("}", "").replace("\\", "")
    version, made = facts.manifest.generator_version, "imported" if facts.layout else "rendered"
    return (
        f"@misc{{scenegen_{digest[:8] or 'set'},\n  title = {{{title}}},\n"
        f"  note  = {{{facts.samples} samples {made} by scenegen {version}, configuration sha256 {digest}}}\n}}"
    )


def _citation(facts: RunFacts) -> str:
    entries = [bibtex(facts), *(source.bibtex for source in facts.sources if source.bibtex)]
    return "## Citation\n\n```bibtex\n" + "\n\n".join(entries) + "\n```\n"
