"""From a listing to a report: 14 stages, the scores, and how much is known. Knows no Flask and no SQL."""
