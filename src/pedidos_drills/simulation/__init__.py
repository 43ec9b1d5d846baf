"""The rules without processes: seeded histories with the real steps and a real PostgreSQL, judged by the ledger."""
