"""How the settings are grouped, called and explained on their page."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

# What a daemon's settings have beyond these stands under the last title.
GROUPS: Mapping[str, tuple[str, ...]] = {
    QT_TRANSLATE_NOOP("settings", "Panel"): ("language", "panel_scale", "panel_stays"),
    QT_TRANSLATE_NOOP("settings", "Voice"): ("model_folder", "compute_device", "stream_tokens", "unload_after_s"),
    QT_TRANSLATE_NOOP("settings", "Clips"): (
        "rate",
        "depth",
        "clip_name",
        "project",
        "clip_loudness",
        "clip_peak",
        "clip_trim",
        "clip_fade_in_ms",
        "clip_fade_out_ms",
        "clip_handle_before_ms",
        "clip_handle_after_ms",
    ),
    QT_TRANSLATE_NOOP("settings", "Sound"): ("audio_device",),
    QT_TRANSLATE_NOOP("settings", "Into the DAW"): (
        "drop",
        "drop_targets",
        "watch_folder",
        "tempo_bpm",
        "beats_per_bar",
        "tempo_map",
        "ardour_session",
        "ardour_osc_port",
        "ardour_action",
        "reaper_web_port",
        "reaper_web_command",
        "ableton_port",
        "pro_tools_port",
        "exchange_frames",
        "wwise_root",
    ),
    QT_TRANSLATE_NOOP("settings", "OSC"): (
        "osc_host",
        "osc_port",
        "osc_allow",
        "osc_passcode",
        "osc_passcode_play",
        "osc_passcode_look",
        "osc_time_tags",
        "osc_query",
        "osc_announce",
        "osc_consent_required",
    ),
    QT_TRANSLATE_NOOP("settings", "Limits, log"): (),
}
TITLES: Mapping[str, str] = {
    "appearance": QT_TRANSLATE_NOOP("settings", "Appearance"),
    "language": QT_TRANSLATE_NOOP("settings", "Language"),
    "panel_scale": QT_TRANSLATE_NOOP("settings", "Size in percent"),
    "panel_stays": QT_TRANSLATE_NOOP("settings", "Work on when the window is closed"),
    "model_folder": QT_TRANSLATE_NOOP("settings", "Folder of the official model"),
    "compute_device": QT_TRANSLATE_NOOP("settings", "Compute on"),
    "stream_tokens": QT_TRANSLATE_NOOP("settings", "Sound before all is said"),
    "rate": QT_TRANSLATE_NOOP("settings", "Sample rate"),
    "depth": QT_TRANSLATE_NOOP("settings", "Bits a sample"),
    "clip_name": QT_TRANSLATE_NOOP("settings", "Names of clips"),
    "project": QT_TRANSLATE_NOOP("settings", "Name of the project"),
    "clip_loudness": QT_TRANSLATE_NOOP("settings", "Loudness in LUFS"),
    "clip_peak": QT_TRANSLATE_NOOP("settings", "Highest true peak in dB"),
    "clip_trim": QT_TRANSLATE_NOOP("settings", "Trim silence at the ends"),
    "clip_fade_in_ms": QT_TRANSLATE_NOOP("settings", "Fade in, ms"),
    "clip_fade_out_ms": QT_TRANSLATE_NOOP("settings", "Fade out, ms"),
    "clip_handle_before_ms": QT_TRANSLATE_NOOP("settings", "Silence before, ms"),
    "clip_handle_after_ms": QT_TRANSLATE_NOOP("settings", "Silence after, ms"),
    "audio_device": QT_TRANSLATE_NOOP("settings", "Sound device"),
    "drop": QT_TRANSLATE_NOOP("settings", "Every line into the project"),
    "drop_targets": QT_TRANSLATE_NOOP("settings", "Projects to drop into"),
    "watch_folder": QT_TRANSLATE_NOOP("settings", "Watched folder"),
    "ardour_session": QT_TRANSLATE_NOOP("settings", "Ardour session"),
    "ardour_osc_port": QT_TRANSLATE_NOOP("settings", "Ardour's OSC port"),
    "ardour_action": QT_TRANSLATE_NOOP("settings", "Ardour's action slot"),
    "tempo_bpm": QT_TRANSLATE_NOOP("settings", "Tempo, beats a minute"),
    "beats_per_bar": QT_TRANSLATE_NOOP("settings", "Beats per bar"),
    "osc_host": QT_TRANSLATE_NOOP("settings", "Interface"),
    "osc_port": QT_TRANSLATE_NOOP("settings", "Port"),
    "osc_allow": QT_TRANSLATE_NOOP("settings", "Who may ask"),
    "osc_passcode": QT_TRANSLATE_NOOP("settings", "Passcode"),
    "osc_time_tags": QT_TRANSLATE_NOOP("settings", "Obey time tags"),
    "unload_after_s": QT_TRANSLATE_NOOP("settings", "Give memory back after, s"),
    "tempo_map": QT_TRANSLATE_NOOP("settings", "Map of tempi and metres"),
    "reaper_web_port": QT_TRANSLATE_NOOP("settings", "REAPER's web port"),
    "reaper_web_command": QT_TRANSLATE_NOOP("settings", "REAPER's command"),
    "ableton_port": QT_TRANSLATE_NOOP("settings", "Port of the script in Live"),
    "pro_tools_port": QT_TRANSLATE_NOOP("settings", "Port of Pro Tools"),
    "exchange_frames": QT_TRANSLATE_NOOP("settings", "Frames a second of timelines"),
    "wwise_root": QT_TRANSLATE_NOOP("settings", "Place in Wwise"),
    "hung_after_s": QT_TRANSLATE_NOOP("settings", "Give a silent voice up after, s"),
    "max_queued": QT_TRANSLATE_NOOP("settings", "Takes that may wait"),
    "osc_burst": QT_TRANSLATE_NOOP("settings", "OSC messages at once"),
    "osc_per_second": QT_TRANSLATE_NOOP("settings", "OSC messages a second"),
    "osc_total_per_second": QT_TRANSLATE_NOOP("settings", "OSC messages a second of all"),
    "osc_max_waiting": QT_TRANSLATE_NOOP("settings", "OSC commands that may wait"),
    "osc_passcode_play": QT_TRANSLATE_NOOP("settings", "Passcode to play only"),
    "osc_passcode_look": QT_TRANSLATE_NOOP("settings", "Passcode to look only"),
    "osc_query": QT_TRANSLATE_NOOP("settings", "Tell the list of commands"),
    "osc_announce": QT_TRANSLATE_NOOP("settings", "Announce it in the network"),
    "osc_consent_required": QT_TRANSLATE_NOOP("settings", "Voices need a consent"),
    "log_texts": QT_TRANSLATE_NOOP("settings", "Texts in the log"),
}
TARGETS: Mapping[str, str] = {  # of `drop_targets`; one that is not here by its own name
    "reaper_live": QT_TRANSLATE_NOOP("settings", "REAPER, while it is open"),
    "reaper_project": QT_TRANSLATE_NOOP("settings", "a REAPER project, cuevox.RPP"),
    "reaper_web": QT_TRANSLATE_NOOP("settings", "REAPER by its web interface"),
    "ardour_live": QT_TRANSLATE_NOOP("settings", "Ardour, while it is open"),
    "ardour_session": QT_TRANSLATE_NOOP("settings", "an Ardour session, while it is closed"),
    "dawproject": QT_TRANSLATE_NOOP("settings", "a DAWproject (Bitwig, Studio One, Cubase)"),
    "watch_folder": QT_TRANSLATE_NOOP("settings", "a watched folder"),
    "audacity": QT_TRANSLATE_NOOP("settings", "Audacity, while it is open"),
    "exchange": QT_TRANSLATE_NOOP("settings", "a timeline for editors (OTIO, FCP 7 XML, AAF)"),
    "wwise_table": QT_TRANSLATE_NOOP("settings", "a table for Wwise"),
    "fmod_script": QT_TRANSLATE_NOOP("settings", "a script for FMOD Studio"),
    "ableton_live": QT_TRANSLATE_NOOP("settings", "Ableton Live, while it is open"),
    "pro_tools": QT_TRANSLATE_NOOP("settings", "Pro Tools, while it is open"),
}
CHOICES: Mapping[str, Mapping[object, str]] = {  # of settings that are one of few values; others by themselves
    "language": {"system": QT_TRANSLATE_NOOP("settings", "as the system"), "en": "English", "de": "Deutsch"},
    "appearance": {
        "system": QT_TRANSLATE_NOOP("settings", "as the system"),
        "dark": QT_TRANSLATE_NOOP("settings", "dark"),
        "light": QT_TRANSLATE_NOOP("settings", "light"),
    },
    "compute_device": {
        "auto": QT_TRANSLATE_NOOP("settings", "the fastest there is"),
        "cpu": QT_TRANSLATE_NOOP("settings", "the processor"),
        "cuda": QT_TRANSLATE_NOOP("settings", "a graphics card (CUDA)"),
        "mps": QT_TRANSLATE_NOOP("settings", "the graphics of a Mac (MPS)"),
    },
    "depth": {32: QT_TRANSLATE_NOOP("settings", "32 (float)")},
}
HINTS: Mapping[str, str] = {
    "panel_stays": QT_TRANSLATE_NOOP("settings", "an icon stays where the system has a place for it"),
    "model_folder": QT_TRANSLATE_NOOP("settings", "empty: the voice that comes with Cuevox"),
    "compute_device": QT_TRANSLATE_NOOP(
        "settings", "for the official model; the voice that comes with Cuevox always uses the processor"
    ),
    "stream_tokens": QT_TRANSLATE_NOOP("settings", "the official model, for a given length"),
    "clip_loudness": QT_TRANSLATE_NOOP("settings", "empty: as the voice made it; -23"),
    "clip_peak": QT_TRANSLATE_NOOP("settings", "empty: -1 with a loudness, else any"),
    "audio_device": QT_TRANSLATE_NOOP("settings", "empty: the system's own"),
    "unload_after_s": QT_TRANSLATE_NOOP("settings", "0: never"),
    "tempo_map": QT_TRANSLATE_NOOP("settings", "empty: one tempo throughout"),
    "watch_folder": QT_TRANSLATE_NOOP("settings", "empty: the folder watch in the data folder"),
    "ardour_session": QT_TRANSLATE_NOOP("settings", "the .ardour file, while it is closed"),
    "osc_host": QT_TRANSLATE_NOOP("settings", "127.0.0.1: this machine only"),
    "osc_allow": QT_TRANSLATE_NOOP("settings", "addresses or networks, with commas between"),
    "osc_passcode": QT_TRANSLATE_NOOP("settings", "needed beyond this machine"),
    "osc_passcode_play": QT_TRANSLATE_NOOP("settings", "empty: none, nobody may only play"),
    "osc_passcode_look": QT_TRANSLATE_NOOP("settings", "empty: none, nobody may only look"),
    "osc_time_tags": QT_TRANSLATE_NOOP("settings", "off: every message is due when it comes"),
    "osc_query": QT_TRANSLATE_NOOP("settings", "over HTTP (OSCQuery)"),
    "osc_announce": QT_TRANSLATE_NOOP("settings", "by Zeroconf; never of this machine alone"),
    "osc_consent_required": QT_TRANSLATE_NOOP("settings", "over OSC too, before one is learnt"),
    "log_texts": QT_TRANSLATE_NOOP("settings", "what lines say stands in it as well"),
    "clip_trim": QT_TRANSLATE_NOOP("settings", "of lines at the voice's own length"),
    "drop": QT_TRANSLATE_NOOP("settings", "where a line does not say so itself"),
}


def group_title(name: str) -> str:
    return QCoreApplication.translate("settings", name)


def title(name: str) -> str:
    """What a setting is called; one that has no name here by its own."""
    known = TITLES.get(name)
    if known is not None:
        return QCoreApplication.translate("settings", known)
    return name.replace("_", " ").capitalize().replace("Osc", "OSC").replace(" osc", " OSC")


def choice_title(name: str, choice: object) -> str:
    """What one of a setting's few values is called."""
    known = CHOICES.get(name, {}).get(choice)
    return str(choice) if known is None else QCoreApplication.translate("settings", known)


def target_title(name: str) -> str:
    known = TARGETS.get(name)
    return name.replace("_", " ") if known is None else QCoreApplication.translate("settings", known)


def hint(name: str) -> str:
    known = HINTS.get(name)
    return "" if known is None else QCoreApplication.translate("settings", known)
