"""Reading GTFS feeds."""
