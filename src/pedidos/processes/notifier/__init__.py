"""The notifier: Kafka → mails → SMTP. Tells people what happens to their orders, and sends all mails."""
