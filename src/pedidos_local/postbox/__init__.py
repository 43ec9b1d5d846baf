"""The mail server of a local demo: takes all mails by SMTP and keeps them, for the page /mailbox."""
