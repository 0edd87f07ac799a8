"""Metrics, tables and benchmarks."""
