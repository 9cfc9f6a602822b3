"""Configurations that --config names."""

import json
from typing import get_args

import pytest

from scenegen.cli.commands import Command
from scenegen.cli.main import RUN, load_config, main
from scenegen.errors import UsageError


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
