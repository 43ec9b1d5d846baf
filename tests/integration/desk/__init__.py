"""Tests of the dead-letter desk, and of the letters that the relay writes."""
