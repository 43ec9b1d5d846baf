"""The pages of a merchant: the board of its orders, what it sells, when it is open, and what a day has brought."""
