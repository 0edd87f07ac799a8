"""Search for a preset under a render budget."""
