"""What an index or a search reads from audio."""
