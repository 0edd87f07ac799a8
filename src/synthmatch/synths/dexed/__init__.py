"""Drives Dexed, the DX7, through dexed-py."""
