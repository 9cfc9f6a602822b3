"""The model card of a file of weights: what it is, what it was trained on and by, and how to use it."""

import json
from pathlib import Path

from training.coding import flat
from training.weights.weights import Weights

HIDDEN = ("views", "data.workers")
"""Settings that say nothing of the weights."""


def card(path: Path, weights: Weights) -> str:
    """Markdown for the file of that name; all figures are from its metadata and its tensors."""
    return (
        "\n\n".join((f"# {path.name}", _what(weights), _use(path), _limits(), _origin(weights), _settings(weights)))
        + "\n"
    )


def _what(weights: Weights) -> str:
    about, network = weights.about, weights.about.network
    count = sum(tensor.numel() for tensor in weights.tensors.values())
    return (
        f"A network that gives every pixel of a picture a descriptor of {network.channels} numbers: pixels that show "
        f"the same point of a scene get descriptors that are near by {about.distance}. It is `--network "
        f"{network.network}` with {count:,} numbers, trained by `scenetrain fit` with the objective "
        f"`{about.objective}` for {_steps(weights)}{_data(weights)}."
    )


def _data(weights: Weights) -> str:
    pictures = json.loads(weights.about.settings).get("views") is not None
    return " on pairs made of single pictures" if pictures else " on shards of true correspondences"


def _steps(weights: Weights) -> str:
    step, steps = weights.about.step, weights.about.steps
    return f"{step:,} steps" if step == steps else f"{step:,} of {steps:,} steps"


def _use(path: Path) -> str:
    run = path.stem if path.stem == "builtin" else path.name
    return (
        "## Use\n\n"
        f"    scenetrain match A.jpg B.jpg --run {run} --out matches.png\n"
        f"    scenetrain extract photo.jpg --run {run} --out descriptors.h5\n"
        f"    scenetrain export-onnx --run {run} --out network.onnx\n\n"
        "Input: a picture (1, 3, H, W), sRGB values from 0 to 1, any H and W. Output: (1, D, H, W), one descriptor per "
        "pixel; the centre of the top-left pixel is (0, 0)."
    )


def _limits() -> str:
    return (
        "## Limits\n\n"
        "It was trained on the data named below and on nothing else. What it is worth on pictures of another kind is "
        "for `scenetrain eval-photos` to say: measure it there before you rely on it."
    )


def _origin(weights: Weights) -> str:
    about = weights.about
    rows = {
        "objective": about.objective,
        "steps": _steps(weights),
        "seed": about.seed,
        "sha256 of the data": about.data_sha256,
        "descriptors are compared by": about.distance,
    }
    return "## Origin\n\n| | |\n| --- | --- |\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _settings(weights: Weights) -> str:
    values = flat(json.loads(weights.about.settings))
    lines = [f"| {name} | {json.dumps(value)} |" for name, value in values.items() if name not in HIDDEN]
    return "## Settings\n\n| setting | value |\n| --- | --- |\n" + "\n".join(lines)
