"""What strangers and dishonest customers send, to real processes and through the real edge."""
