"""Published experiments: repeated whole by one command each, or a finding of theirs shown for our models."""
