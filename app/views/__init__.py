"""What pages and their JSON show."""
