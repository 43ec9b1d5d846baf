"""The benchmark: the same orders through this platform, its peers and its parts, side by side in one run."""
