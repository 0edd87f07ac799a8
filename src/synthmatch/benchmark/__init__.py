"""Targets, runs, records and reports that compare methods."""
