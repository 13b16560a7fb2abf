"""What only programs use: tokens, idempotency keys, the shapes of what they send, and what a route is to them."""
