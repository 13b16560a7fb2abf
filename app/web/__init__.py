"""What all routes need: wiring, who the visitor is, which kind of answer they want, what is refused, and polls."""
