"""Checkpoints as model folders that the extension scores with."""
