"""The DX7's parts, computed."""
