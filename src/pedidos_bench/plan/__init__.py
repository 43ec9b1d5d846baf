"""What so many orders per second need: a model of the parts, and a simulation of the pipeline."""
