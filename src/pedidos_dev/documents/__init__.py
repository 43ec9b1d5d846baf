"""The documents that are made from the code, one module each; `pedidos docs` writes them."""
