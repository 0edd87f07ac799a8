"""Published experiments, repeated whole by one command each."""
