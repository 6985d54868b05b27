"""One file a way into a DAW, each with probe, drop, verify, undo."""

from bridge.drops.ableton_live import AbletonLive
from bridge.drops.ardour_live import ArdourLive
from bridge.drops.ardour_session import ArdourSession
from bridge.drops.audacity import Audacity
from bridge.drops.base import DropError, DropJob, DropReceipt, DropTarget, Probe
from bridge.drops.dawproject import DawProject
from bridge.drops.exchange import Exchange
from bridge.drops.game_table import FmodScript, WwiseTable
from bridge.drops.pro_tools import ProToolsLive
from bridge.drops.reaper_live import ReaperLive
from bridge.drops.reaper_project import ReaperProject
from bridge.drops.reaper_web import ReaperWeb
from bridge.drops.watch_folder import WatchFolder

__all__ = [
    "AbletonLive",
    "ArdourLive",
    "ArdourSession",
    "Audacity",
    "DawProject",
    "DropError",
    "DropJob",
    "DropReceipt",
    "DropTarget",
    "Exchange",
    "FmodScript",
    "ProToolsLive",
    "Probe",
    "ReaperLive",
    "ReaperProject",
    "ReaperWeb",
    "WatchFolder",
    "WwiseTable",
]
