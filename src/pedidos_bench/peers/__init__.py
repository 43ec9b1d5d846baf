"""The peers of the benchmark: the same shop on other designs. They run in an environment of their own, as `peers.…`."""
