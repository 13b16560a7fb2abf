"""Where in a town wishes are met, as page, form and JSON show it, and the ways from a report to its town."""
