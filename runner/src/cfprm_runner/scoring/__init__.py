"""Scoring in Python, by the same `prm.json` and with the same numbers as the extension's own scorer."""
