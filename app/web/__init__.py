"""What every route rests on: wiring, who asks, in which shape an answer is wanted, and what is refused."""
