"""The service for dead letters: it plans a replay of a letter, and carries it out."""
