"""The drawings of the demo's products, by product number, and how they become its pictures."""
