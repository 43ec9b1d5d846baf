"""The scheduler: finds forgotten work, and lets the workers remove old rows. Two would only send hints twice."""
