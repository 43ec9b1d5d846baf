"""The systems that the benchmark compares, one module each; peer_….py are what those that are not ours share."""
