"""Real servers as production has them: with TLS, passwords, poolers and sentinels. A tier of its own."""
