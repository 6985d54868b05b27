"""See the module docstrings; the public names are listed here."""
