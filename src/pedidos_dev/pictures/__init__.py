"""Pictures of every page of the running platform, for docs/pages."""
