"""Stand-ins that are not safe, a file for each safeguard: what a drill runs to see that its ledger notices."""
