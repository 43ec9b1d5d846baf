"""The audit log: who did what, apart from the logs of the processes."""
