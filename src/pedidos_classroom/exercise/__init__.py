"""The exercise of a longer project: add a step to the pipeline, which the platform's own drills then check."""
