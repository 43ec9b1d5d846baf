"""The worker: Celery → PostgreSQL. Runs the steps in child processes."""
