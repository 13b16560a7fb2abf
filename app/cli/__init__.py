"""The commands: `flask region`, `jobs`, `reports`, `token`, `worker`, `sources`, `backup`, `restore`, and moves."""
