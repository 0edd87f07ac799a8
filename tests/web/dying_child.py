"""A child that a damaged file kills."""

import os

os.abort()
