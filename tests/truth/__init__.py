"""A net against falsehood: what reports say, beside what the extract and the timetable say themselves."""
