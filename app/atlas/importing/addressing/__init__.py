"""What the geocoder needs of an extract: addresses, named things, and where streets meet."""
