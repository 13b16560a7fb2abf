"""What others say of an address beside our own findings: official scores, ratings, flood zones."""
