"""The ledger: the invariants that must hold after every drill, whatever the fault. Plain functions of the evidence.

The evidence comes from three separate records: the answers that the load client got, the book of the payment gateway,
and the platform's database with its Kafka topic. Each check compares them; none trusts the platform alone.
"""
