import bench_norm_act


def test_the_table_has_a_row_for_each_network_and_arithmetic(monkeypatch, capsys):
    monkeypatch.setattr(bench_norm_act, "STEPS", {"builtin": (2, 32)})
    monkeypatch.setattr(bench_norm_act, "computes_in_bfloat16", lambda _: False)
    monkeypatch.setattr(bench_norm_act.torch, "set_num_threads", lambda _: None)
    monkeypatch.setattr(bench_norm_act, "keep_freed_memory", lambda: None)
    assert bench_norm_act.main(["--rounds", "1"]) == 0
    assert "| builtin | float32 |" in capsys.readouterr().out
