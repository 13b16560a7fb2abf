"""What is true of a place, by plain loops over the extract and the feed; nothing here is shared with the program."""
