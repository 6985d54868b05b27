"""See the module docstrings; the public names are listed here."""

import os

# oneDNN keeps the code that it made for every shape it met, 1024 of them by default. Lines have hundreds of lengths, so
# that memory grew for hours; with 128 the same lines took no longer. It is read when the first primitive is made.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "128")
