"""What the platform tells about itself: metrics, declared in one catalogue, and the server of /metrics."""
