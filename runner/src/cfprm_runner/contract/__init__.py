"""What a launcher and a run say to each other, by files in the run's output folder (docs/training.md)."""
