"""Rows of comparisons as tests want them, without training anything."""

from training.comparison.trial import Reference, Row

METRICS = ("pck@1", "pck@3", "pck@5", "pck@10", "recall@1", "aepe_px", "median_px", "closer", "closer_median",
           "mutual_precision", "mutual_recall")  # fmt: skip


def row(objective, seed, pck5=None, *, lr_factor=1.0, diverged_step=0, collapsed=False, s_per_step=0.1, **metrics):
    """A finished run with PCK@5 `pck5`, or one that diverged."""
    values = {} if pck5 is None else dict.fromkeys(METRICS, 0.5) | {"pck@5": pck5} | metrics
    return Row(
        objective=objective,
        lr_factor=lr_factor,
        seed=seed,
        steps=10,
        diverged_step=diverged_step,
        collapsed=collapsed,
        alarms=0,
        val_loss=0.25,
        best_val_loss=-0.5,
        terms="within=0.25",
        cpu_s=10 * s_per_step,
        wall_s=11 * s_per_step,
        s_per_step=s_per_step,
        peak_mib=600.0 + seed,
        data_sha256="a" * 64,
        device="CPU, 1 threads",
        torch="2.0",
        version="0.2",
        metrics=values,
    )


def rows_of(objective, *values, **more):
    """A run of each seed."""
    return [row(objective, seed, value, **more) for seed, value in enumerate(values)]


REFERENCES = [
    Reference("untrained", dict.fromkeys(METRICS, 0.25)),
    Reference("dense SIFT", dict.fromkeys(METRICS, 0.125)),
]
