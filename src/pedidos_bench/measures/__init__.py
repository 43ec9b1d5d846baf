"""The measurements of the benchmark, one module each; each of them yields Runs."""
