"""The card says what the file says, and the package's card is that of its file."""

from pathlib import Path

from training_world import tiny_of
from weights_maker import checkpoint, weights

from training.data.transforms.registry import with_images
from training.running.checkpoint import Checkpoint
from training.weights.card import card
from training.weights.trained import FILE
from training.weights.weights import weights_of
from training.weights.weights_file import read_weights


def test_its_figures_are_those_of_the_file():
    text = card(Path("a.safetensors"), weights(seed=3))
    count = sum(tensor.numel() for tensor in checkpoint().model.values())
    assert text.startswith("# a.safetensors\n")
    assert (
        f"with {count:,} numbers, trained by `scenetrain fit` with the objective `stable` for 6 steps on shards" in text
    )
    assert "a descriptor of 8 numbers" in text
    assert "near by l2" in text
    assert "| seed | 3 |" in text
    assert "| sha256 of the data | abc |" in text
    assert "--run a.safetensors" in text
    assert '| loss.p | "inf" |' in text
    assert "data.workers" not in text


def test_single_pictures_and_unfinished_runs_are_told():
    settings = with_images(tiny_of("infonce"), "paper")
    text = card(Path("a.safetensors"), weights_of(Checkpoint(settings, 2, 6, "abc", {}, {}, {})))
    assert "for 2 of 6 steps on pairs made of single pictures." in text
    assert "| views.transform |" in text


def test_the_card_of_the_package_is_that_of_its_file():
    assert FILE.with_suffix(".md").read_text(encoding="utf-8").startswith(card(FILE, read_weights(FILE)))
