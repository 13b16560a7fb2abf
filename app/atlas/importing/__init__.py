"""From an OpenStreetMap extract to the files of an atlas."""
