"""Synthesizers: parameter tables, engines and their native files."""
