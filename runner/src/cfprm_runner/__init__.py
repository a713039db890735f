"""Trains, evaluates and exports process reward models (PRMs)."""

__version__ = "0.1.0"
