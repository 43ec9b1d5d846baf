"""The variables in groups, one for each thing that a process uses. A variable without a default must be set."""
