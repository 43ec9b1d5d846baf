"""The rules without processes: seeded histories over the real steps and a real PostgreSQL, judged by the ledger."""
