"""What stands between the network and the application: a gunicorn worker that gives threads only whole requests."""
