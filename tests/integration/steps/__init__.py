"""Tests of the steps on a real PostgreSQL."""
