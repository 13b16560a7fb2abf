"""The data of one region, compiled from an OpenStreetMap extract and timetables."""
