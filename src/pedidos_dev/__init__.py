"""What developers of pedidos need beside the product: its checks and tests, its generated documents, its locks."""
