"""The commands: `flask region`, `jobs`, `reports`, `token`, `worker`, `backup` and `restore`."""
