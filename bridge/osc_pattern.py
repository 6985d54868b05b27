"""Address patterns of OSC 1.0: `?`, `*`, `[a-z]`, `[!a-z]` and `{one,other}`, none of which reaches over a `/`.

Matched by keeping all places that the pattern may have come to, so that no pattern takes long, however it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CHARACTERS = frozenset("*?[]{}")

_TOKEN = re.compile(r"\*|\?|\[(!?)([^\[\]{}*?]+)\]|\{([^\[\]{}*?]*)\}|[^\[\]{}*?]")


class BadPatternError(ValueError):
    """A bracket that is not closed, or one inside another."""


def is_pattern(address: str) -> bool:
    return not CHARACTERS.isdisjoint(address)


def matching(pattern: str, addresses: Iterable[str]) -> list[str]:
    """Those addresses that the pattern means, in their order. Raises BadPatternError."""
    parts = [_tokens(part) for part in pattern.split("/")]
    return [address for address in addresses if _matches(parts, address.split("/"))]


def _tokens(part: str) -> list[re.Match[str]]:
    found = []
    at = 0
    while at < len(part):
        token = _TOKEN.match(part, at)
        if token is None:
            raise BadPatternError(f"{part[at : at + 40]!r} opens or closes a bracket that has no other half")
        found.append(token)
        at = token.end()
    return found


def _matches(parts: list[list[re.Match[str]]], names: list[str]) -> bool:
    return len(parts) == len(names) and all(_part_matches(p, n) for p, n in zip(parts, names, strict=True))


def _part_matches(tokens: list[re.Match[str]], name: str) -> bool:
    places = {0}  # of the name, up to which the tokens so far may have come
    for token in tokens:
        text = token[0]
        if text == "*":
            places = set(range(min(places), len(name) + 1))
        elif token[3] is not None:
            choices = token[3].split(",")
            places = {at + len(choice) for at in places for choice in choices if name.startswith(choice, at)}
        else:
            places = {at + 1 for at in places if at < len(name) and _is_one(token, name[at])}
        if not places:
            return False
    return len(name) in places


def _is_one(token: re.Match[str], character: str) -> bool:
    if token[0] == "?":
        return True
    if token[2] is None:
        return token[0] == character
    inside, at, chosen = token[2], 0, False
    while at < len(inside):
        is_range = inside[at + 1 : at + 2] == "-" and at + 2 < len(inside)
        last = inside[at + 2] if is_range else inside[at]
        chosen |= inside[at] <= character <= last
        at += 3 if is_range else 1
    return chosen != bool(token[1])
