"""What tests of several tiers share: servers and processes, people and data, and waiting for a state."""
