"""The drills' own SQL: what they look up, hold, store and age in the platform's database."""
