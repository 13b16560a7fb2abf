"""Timetables: GTFS feeds are checked, compiled to memory-mapped arrays, and searched for journeys."""
