"""What a speaker agreed to, as it is kept with the voice and told in every clip that the voice speaks."""

from __future__ import annotations

import datetime

from bridge.errors import BadArgumentError

NONE_GIVEN = "none given"
MAX_LENGTH = 200  # characters of who, and of for what


def consent_text(by: str, on: str, purpose: str) -> str:
    """Who agreed, on which day (ISO), for what -> one text. All empty: NONE_GIVEN. Raises BadArgumentError."""
    if not (by or on or purpose):
        return NONE_GIVEN
    for name, text in (("consent_by", by), ("consent_on", on), ("consent_for", purpose)):
        if not text:
            raise BadArgumentError(f"{name} is missing; say who agreed (consent_by), when (consent_on), to what")
        if len(text) > MAX_LENGTH or not text.isprintable():
            raise BadArgumentError(f"{name} has to be 1 to {MAX_LENGTH} printable characters")
    try:
        day = datetime.date.fromisoformat(on)
    except ValueError as error:
        raise BadArgumentError(f"consent_on is {on[:60]!r}; give a day as 2026-05-01") from error
    return f"{by}, {day.isoformat()}, for {purpose}"
