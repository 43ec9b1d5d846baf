"""The task broker as its settings name it: addresses, TLS, sentinels, and a password that may be rotated."""
