"""What a map is drawn from: areas and lines by layer."""
