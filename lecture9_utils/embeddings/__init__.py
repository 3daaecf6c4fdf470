"""Word vectors: reading them, making them, measuring them."""
