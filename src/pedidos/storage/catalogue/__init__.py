"""What is sold: merchants with their opening hours, products with their price and stock."""
