"""Units of each product: on hand, reserved and sold. They move between these, and their sum stays."""
