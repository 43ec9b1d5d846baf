"""Every setting of the product, typed: groups of variables, and which process reads which group."""
