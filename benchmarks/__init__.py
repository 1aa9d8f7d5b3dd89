"""Benchmarks: our kernels against their peers, in one run on one machine."""
