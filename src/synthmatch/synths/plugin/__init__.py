"""Drives any plug-in instrument through DawDreamer."""
