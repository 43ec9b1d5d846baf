"""What the platform tells the world: envelope, topics and their contracts."""
