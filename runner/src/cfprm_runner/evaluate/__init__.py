"""How good the scores of a process reward model are."""
