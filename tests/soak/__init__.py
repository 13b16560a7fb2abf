"""A working day in minutes: people who send and watch, while processes are killed, regions replaced and files saved."""
