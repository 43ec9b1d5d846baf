"""Mails on their way: which events make one, what became of each, and who refuses them."""
