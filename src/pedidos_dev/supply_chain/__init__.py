"""What the platform is built from: its bill of materials, and the audit of it."""
