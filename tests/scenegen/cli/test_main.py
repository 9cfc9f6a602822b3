"""Configurations that --config names."""

import json
import subprocess
import sys
from importlib import import_module
from typing import get_args, get_type_hints

import pytest

from scenegen.cli.commands import Command, RenderCommand, RepackCommand
from scenegen.cli.importing import ImportCommand
from scenegen.cli.main import RUN, load_config, main
from scenegen.cli.publishing import ExportCommand
from scenegen.errors import UsageError
from scenegen.export.choices import FILES
from scenegen.export.forms import Form
from scenegen.importing.registry import LAYOUTS
from scenegen.pipeline.executors import EXECUTORS, USUAL
from scenegen.shards.codecs import CODECS


@pytest.mark.parametrize(("name", "text"), [("c.json", json.dumps({"rooms": 3})), ("c.toml", "rooms = 3\n")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_configuration_may_begin_with_a_byte_order_mark(tmp_path, name, text, encoding):
    (tmp_path / name).write_text(text, encoding=encoding)
    assert load_config(tmp_path / name).rooms == 3


@pytest.mark.parametrize(("name", "kind"), [("c.json", "is not .json"), ("c.toml", "is not .toml")])
def test_what_is_no_configuration_is_named(tmp_path, name, kind):
    (tmp_path / name).write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=kind):
        load_config(tmp_path / name)


@pytest.mark.parametrize("words", [["status", ""], ["render", "--rooms", "1", "--out", ""]])
def test_an_empty_path_is_not_the_folder_that_one_stands_in(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert capsys.readouterr().err == 'scenegen: "" is no path: give one, or . for this folder\n'
    assert not list(tmp_path.iterdir())


def test_every_command_is_carried_out():
    assert set(RUN) == set(get_args(Command))


@pytest.mark.parametrize(
    ("command", "option", "there"),
    [
        (RenderCommand, "executor", EXECUTORS),
        (ImportCommand, "executor", EXECUTORS),
        (ImportCommand, "layout", LAYOUTS),
        (ExportCommand, "format", FILES),
        (RenderCommand, "codec", CODECS),
        (ImportCommand, "codec", CODECS),
        (RepackCommand, "codec", CODECS),
    ],
)
def test_options_offer_what_there_is(command, option, there):
    assert get_args(get_type_hints(command)[option]) == tuple(there)


def test_what_is_offered_is_there_when_it_is_asked_for():
    assert all(isinstance(import_module(f"scenegen.export.{file}").FORM, Form) for file in FILES.values())
    assert all(callable(import_module(f"scenegen.importing.layouts.{each.file}").find) for each in LAYOUTS.values())
    assert USUAL in EXECUTORS


def test_names_are_known_before_what_they_name_is_loaded():
    code = "import sys, scenegen.cli.commands; print(*(m for m in sys.modules if m.startswith(('scenegen.', 'torch'))))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    late = ("scenegen.export.run", "scenegen.importing.layouts", "scenegen.pipeline.inline", "torch")
    assert [name for name in loaded if name.startswith(late)] == []
