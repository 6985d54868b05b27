"""The arguments of `launcher.py farm`. Read before any package is installed, so only the standard library is used."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it is rendered; the others are those of `launcher.py batch`."""
    parser.add_argument(
        "--address", default="", metavar="A", help="a cluster, ray://HOST or HOST:6379 (one on this machine)"
    )
    parser.add_argument("--workers", default="", metavar="N", help="most of them, or 2-8 (as many as there are cores)")
    parser.add_argument("--shared", metavar="FOLDER", help="results go through a folder that all machines see")
