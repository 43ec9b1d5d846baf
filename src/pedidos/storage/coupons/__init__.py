"""Coupons of merchants, and the orders that use them."""
