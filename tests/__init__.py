"""The tests, in tiers by what they need; `support` is what they share."""
