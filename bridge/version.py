"""The program's version, as in pyproject.toml. It goes into every clip, so it needs no installed package."""

VERSION = "0.1.0"
