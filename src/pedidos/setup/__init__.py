"""Creates what the processes need before they start: keys, tables, topics, and the demo data."""
