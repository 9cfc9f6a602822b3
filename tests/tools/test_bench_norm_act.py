import bench_norm_act
import pytest


def test_the_table_has_a_row_for_each_network_and_arithmetic(monkeypatch, capsys):
    monkeypatch.setattr(bench_norm_act, "STEPS", {"builtin": (2, 32)})
    monkeypatch.setattr(bench_norm_act, "computes_in_bfloat16", lambda _: False)
    monkeypatch.setattr(bench_norm_act.torch, "set_num_threads", lambda _: None)
    monkeypatch.setattr(bench_norm_act, "keep_freed_memory", lambda: None)
    assert bench_norm_act.main(["--rounds", "1"]) == 0
    assert "| builtin | float32 |" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--threads", "-1"], ["--rounds", "0"], ["--rounds", "x"]])
def test_numbers_that_measure_nothing_are_refused(words, capsys):
    with pytest.raises(SystemExit):
        bench_norm_act.main(words)
    assert f"argument {words[0]}: {words[1]}: must be a number, 1 or more" in capsys.readouterr().err
