"""Where a text is: what each geocoding service is asked and answers, and which of its candidates is meant."""
