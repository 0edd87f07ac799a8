"""The page of ``synthmatch web`` and the REST API under it."""
