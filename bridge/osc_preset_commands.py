"""`/cuevox/preset/...`: which voices and emotions there are, and learning a voice."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.consent import NONE_GIVEN, consent_text
from bridge.errors import BadArgumentError, RefusedError
from bridge.osc_access import Level
from bridge.osc_arguments import Arguments, as_text
from bridge.osc_command import Action, Command, InBackground, OscDaemon
from bridge.osc_replies import Call, Replies, page_of

KINDS = ("timbre", "emotion")
CONSENT_KEYS = ("consent_by", "consent_on", "consent_for")  # of the speaker of a clip: who, which day, for what


class PresetCommands:
    """The part of the table of addresses that is about presets."""

    def __init__(self, daemon: OscDaemon, replies: Replies, in_background: InBackground) -> None:
        self._daemon, self._replies, self._in_background = daemon, replies, in_background
        self.table: Mapping[str, Command] = {
            "/cuevox/preset/list": Command(
                self._list,
                "KIND (timbre or emotion) OFFSET",
                "names of the presets, a page at a time",
                "s",
                Level.LOOK,
                reads=True,
            ),
            "/cuevox/preset/add": Command(
                self._add,
                "KIND (timbre) NAME FILE, then pairs: consent_by, consent_on, consent_for",
                "learns a voice from a clip in the inbox",
                "sss",
            ),
        }

    def _list(self, args: Arguments) -> Action:
        kind = _kind(args, KINDS)
        offset = args.offset()
        args.pairs()

        def act(call: Call) -> None:
            names = [str(preset.name) for preset in self._daemon.voices.presets(kind)]
            page = page_of(call, names[offset:])
            self._replies.done(call, f"{len(page)} of {len(names)} from {offset}", len(names), *page)

        return Action(act)

    def _add(self, args: Arguments) -> Action:
        kind = _kind(args, ("timbre",))
        name, file = args.name("name"), args.name("file")
        pairs = args.pairs(CONSENT_KEYS)
        consent = consent_text(*(as_text(pairs[key], key).strip() if key in pairs else "" for key in CONSENT_KEYS))
        if consent == NONE_GIVEN and self._daemon.settings.osc_consent_required:
            raise RefusedError(
                f"voices are learnt here with their speaker's consent only; add {', '.join(CONSENT_KEYS)}"
            )

        def act(call: Call) -> None:
            def then(seconds: float) -> None:
                if consent == NONE_GIVEN:
                    text = f"no consent is kept with {name}; add {', '.join(CONSENT_KEYS)} when you learn it"
                    self._replies.warning(call, "no_consent", text, name)
                self._replies.done(call, f"{kind} {name} learnt from {seconds:.1f} s of speech", name, float(seconds))

            self._replies.accepted(call, f"listening to {file}", name)
            self._in_background(call, lambda: self._daemon.voices.add_timbre(name, file, consent=consent), then)

        return Action(act)


def _kind(args: Arguments, kinds: tuple[str, ...]) -> str:
    kind = args.text("kind").strip().lower()
    if kind not in kinds:
        raise BadArgumentError(f"kind is {kind[:60]!r}; give {' or '.join(kinds)}")
    return kind
