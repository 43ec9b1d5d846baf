"""What a number of orders per second needs: a model of the parts, and a simulation of the pipeline."""
