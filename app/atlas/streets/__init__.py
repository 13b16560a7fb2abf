"""The street network of a region: the rules of walking, cycling and driving, its arrays, and searches over them."""
