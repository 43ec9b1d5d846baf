"""Every lesson shows what it teaches: its experiments, run on real platforms."""
