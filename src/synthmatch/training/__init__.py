"""Training of models: a loop, checkpoints, a log."""
