"""The streets and places around an address, fetched by one question and imported into a small atlas."""
