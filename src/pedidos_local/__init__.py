"""The platform on one machine: its servers, its processes and their supervisor."""
