"""Benchmarks: ours beside the peers or the bare limit, in one run, as ratios. Absolute times mean little on shared machines."""
