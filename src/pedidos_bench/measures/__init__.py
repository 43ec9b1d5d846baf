"""What the benchmark measures, one module each; every one gives Runs."""
