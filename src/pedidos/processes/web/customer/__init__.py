"""The pages of a customer: the shops, a menu, the basket, the checkout, and the orders."""
