"""How services are asked: one client, its turns, budgets and kept answers in the ledger, and what a fault means."""
