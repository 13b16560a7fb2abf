"""What a process counts of its own work, how the counts of all processes come together, and who is told of defects."""
