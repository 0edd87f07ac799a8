"""Native preset formats, one a file."""
