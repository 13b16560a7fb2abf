"""The maps of a report, drawn by the server as SVG: light and dark in one file, without script and links."""
