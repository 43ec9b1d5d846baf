"""How merchants come to the platform and stay on it: their applications, their suspension, and their people."""
