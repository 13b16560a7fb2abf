"""From OpenStreetMap tags to what Doorstep tells apart."""
