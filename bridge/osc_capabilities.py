"""What this Cuevox can do beyond the first contract, as words that a program may look for in the `version` reply.

A word once given keeps its meaning. What a client may send is told by OSCQuery; these are the rest: forms of commands
that came later, and what the settings of this very Cuevox allow.
"""

from __future__ import annotations

from bridge.settings import Settings

FORMS = (
    "buttons",  # a command in its address, and one number
    "patterns",  # in place of an address that reads
    "finish",  # the pairs loudness, peak, trim, fades, handles
    "morph",  # a timbre between two
    "context",  # an emotion from the lines before
    "tempo_map",
    "pick_best",
)


def capabilities(settings: Settings) -> tuple[str, ...]:
    """Words, those with a value as `name:value`."""
    asked = (
        ("time_tags", settings.osc_time_tags),
        ("osc_query", settings.osc_query),
        ("consent_required", settings.osc_consent_required),
        ("passcode", bool(settings.osc_passcode)),
    )
    return (
        *FORMS,
        *(word for word, is_so in asked if is_so),
        f"rate:{settings.rate}",
        f"depth:{settings.depth}",
        *(f"drop:{target}" for target in settings.drop_targets),
    )
