"""Tests of the dead-letter service, and of the letters that the relay writes."""
