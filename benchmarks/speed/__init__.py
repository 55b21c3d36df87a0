"""The parts of `benchmarks/run_speed.py`."""
