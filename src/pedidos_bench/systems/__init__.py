"""The systems that the benchmark compares, one module each. The modules peer_….py are shared by the peers."""
