"""What must be there before the processes start: keys, tables, topics, and the demo data."""
