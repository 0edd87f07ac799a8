"""What a synthesizer would sound like: a model that predicts how a sound changes with its parameters."""
