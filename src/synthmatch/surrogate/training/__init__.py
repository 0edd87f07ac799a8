"""What a surrogate learns from, and its training."""
