"""Where in a town wishes are met: all homes judged at once and ranked, and what a report says of its town."""
