"""Parts of `tools/bench_pairs.py`: what a pair costs, where, beside what, and how that grows."""
