"""Cuevox: OSC in, a spoken clip of exactly the asked length in the DAW project out.

    python3 launcher.py                  the daemon with the control panel
    python3 launcher.py --headless       the daemon alone
    python3 launcher.py demo             a tour: twelve lines, asked for over OSC as a DAW would
    python3 launcher.py test [...]       the tests, with pytest's own arguments
    python3 launcher.py say "text" ...   one line into one file, for the shell
    python3 launcher.py batch SHEET ...  a sheet of lines into a folder of clips
    python3 launcher.py farm SHEET ...   the same, rendered by a cluster of machines
    python3 launcher.py send ADDRESS ... one OSC command to the daemon that runs, and its replies
    python3 launcher.py watch            every OSC message that the daemon takes and sends
    python3 launcher.py model get        the official IndexTTS-2 from the hub, for --model; asks first
    python3 launcher.py extras NAME...   packages for exchange timelines, Pro Tools and more; without a name: which

Each does all of its own set-up first (bridge/setup_env.py). This is the only file that composes the parts. Whatever
Python is there reads it, so everything that needs a new one or a package is imported later, where it is used; a start
has to be ready within seconds, so the voice is loaded by the render worker, in the background.
"""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from bridge.daemon import Daemon
    from bridge.settings import Settings
    from engine.types import SynthesizerLike

# How long a thread of the daemon keeps Python's lock while another one waits for it (Python's own: 5 ms). An answer
# over OSC takes the lock several times, and has to come soon though packets flood in.
SWITCH_S = 0.001


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - it is the Python that is too old that has to get this far
        found = ".".join(map(str, sys.version_info[:2]))
        print("Cuevox needs Python 3.11 or newer; this is Python " + found, file=sys.stderr)
        return 1
    options = parse(arguments)
    from bridge.setup_env import SetupError, enter

    try:
        enter(extras=extras_of(options))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return run(options)


def extras_of(options: argparse.Namespace) -> list[str]:
    """The optional groups of pyproject.toml that a command needs."""
    if options.command == "test":
        return ["test"]
    if options.command == "extras":
        return list(options.names)
    full = ["full"] if options.command == "model" or options.model else []
    if options.command not in ("batch", "farm"):
        return full
    return full + ["judge"] * bool(options.asr) + ["farm"] * (options.command == "farm")


def parse(arguments: list[str]) -> argparse.Namespace:
    from bridge.batch.arguments import add_arguments
    from bridge.extras import EXTRAS
    from bridge.farm.arguments import add_arguments as add_farm_arguments

    parser = argparse.ArgumentParser(
        prog="launcher.py", description="Cuevox speaks lines for sound designers. Without a command: daemon and panel."
    )
    parser.add_argument("--headless", action="store_true", help="the daemon without the control panel")
    parser.add_argument("--osc-port", type=int, metavar="N", help="UDP and TCP port (27183; 0: any free one)")
    parser.add_argument("--data", metavar="FOLDER", help="where everything is kept (the user's data folder)")
    parser.add_argument("--model", metavar="FOLDER", help="the official model, or a voice (the one that comes along)")
    commands = parser.add_subparsers(dest="command", title="commands")
    demo = commands.add_parser("demo", help="a tour through everything, into a folder")
    demo.add_argument("--out", metavar="FOLDER", default="cuevox-demo", help="default: cuevox-demo")
    commands.add_parser("test", help="the tests; further arguments are pytest's", add_help=False)
    say = commands.add_parser("say", help="one line into one WAV file")
    say.add_argument("text")
    say.add_argument("--timbre", default="", metavar="NAME", help="a timbre preset (the first one)")
    say.add_argument("--emotion", default="neutral", metavar="E", help='a preset, or weights: "happy=0.6,calm=0.2"')
    say.add_argument("--weight", type=float, default=1.0, metavar="W", help="strength of the emotion, 0 to 1")
    say.add_argument("--seconds", metavar="S", help="exact length; also frames:57@23.976 (the voice's own)")
    say.add_argument("--seed", type=int, metavar="N", help="the same one gives the same samples (drawn)")
    say.add_argument("--out", default="cuevox.wav", metavar="FILE", help="default: cuevox.wav")
    add_arguments(commands.add_parser("batch", help="a sheet of lines (CSV, XLSX, SRT...) into a folder of clips"))
    farm = commands.add_parser("farm", help="the same, rendered by a cluster of machines (Ray)")
    add_arguments(farm)
    add_farm_arguments(farm)
    send = commands.add_parser("send", help="one OSC command to the daemon that runs; prints its replies")
    send.add_argument("--tcp", action="store_true", help="over TCP rather than UDP")
    send.add_argument(
        "--in", dest="in_s", type=seconds_ahead, metavar="S", help="with a time tag that far ahead, up to 10 s"
    )
    send.add_argument("address", help="such as /cuevox/line/play")
    send.add_argument("arguments", nargs=argparse.REMAINDER, help="such as gate_01; all are sent as text")
    watch = commands.add_parser("watch", help="every OSC message that the daemon takes and sends, lines and errors")
    watch.add_argument("topics", nargs="*", metavar="TOPIC", help="only these: lines, errors, meters, traffic")
    model = commands.add_parser("model", help="the official IndexTTS-2 model")
    get = model.add_subparsers(dest="action", required=True).add_parser("get", help="download it (about 9 GB)")
    get.add_argument("folder", nargs="?", metavar="FOLDER", help="default: models/IndexTTS-2 in the data folder")
    get.add_argument("--yes", action="store_true", help="the terms were read before and are accepted")
    extras = commands.add_parser("extras", help="install what is left out at first: packages for DAWs, models, farms")
    extras.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EXTRAS) + "; none: what there is")
    if arguments[:1] == ["test"]:  # argparse would take pytest's options for its own
        return argparse.Namespace(command="test", pytest=arguments[1:])
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in EXTRAS] if options.command == "extras" else []
    if unknown:
        parser.error("there is no extra {}; there are: {}".format(", ".join(unknown), ", ".join(EXTRAS)))
    return options


def seconds_ahead(text: str) -> float:
    """How far ahead a time tag lies. Raises ArgumentTypeError."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 10:  # which NaN is not, either
        raise argparse.ArgumentTypeError(f"{text!r} is no time ahead; give seconds from 0 to 10, such as 2.5")
    return seconds


def run(options: argparse.Namespace, make_synthesizer: Callable[[], SynthesizerLike] | None = None) -> int:
    """Carry out a command in the complete environment. -> the exit status.

    make_synthesizer: called on the render worker's thread; by default it loads the voice that the settings name.
    """
    if options.command == "test":
        return run_tests(options.pytest)
    if options.command == "demo":
        return run_demo(options)
    if options.command == "extras":
        from bridge import extras
        from bridge.setup_env import Environment

        extras.tell(options.names, Environment().extras, print)
        return 0
    from bridge.errors import BridgeError
    from engine.errors import EngineError

    try:
        if options.command == "batch":
            return batch(options, make_synthesizer)
        if options.command == "farm":
            return farm(options)
        if options.command == "say":
            return say(options, make_synthesizer)
        if options.command in ("send", "watch"):
            return talk(options)
        if options.command == "model":
            return get_model(options)
        return serve(options, make_synthesizer)
    except (BridgeError, EngineError, OSError) as error:
        print(f"cuevox: {error}", file=sys.stderr)
        return 1


def serve(options: argparse.Namespace, make_synthesizer: Callable[[], SynthesizerLike] | None) -> int:
    """The daemon, with the panel or without, until it is told to end."""
    import signal
    import threading
    from contextlib import ExitStack

    from bridge.daemon import Daemon
    from bridge.errors import BridgeError
    from bridge.log import log_to
    from bridge.player import Player

    sys.setswitchinterval(SWITCH_S)
    settings = settings_of(options)
    log_to(settings.data_folder / "cuevox.log")
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    player = Player(settings.audio_device, settings.rate)
    with ExitStack() as stack:
        try:
            daemon = stack.enter_context(Daemon(settings, make_synthesizer, player=player))
        except BridgeError:  # the folder or the port is another one's, perhaps that of a Cuevox with a panel
            if options.headless or not show_running_panel(settings):
                raise
            print(f"Cuevox is at work on {settings.data_folder} already; its panel is shown", flush=True)
            return 0
        print(f"ready osc={settings.osc_host}:{daemon.osc_port}", flush=True)
        if options.headless:
            daemon.wait_for_quit(ending)
            return 0
        return show_panel(daemon, ending)


def show_running_panel(settings: Settings) -> bool:
    """Bring the panel to the front that runs on this data folder. False where there is none."""
    try:
        import gui
    except ImportError:
        return False
    return gui.show_running(settings.data_folder)


def show_panel(daemon: Daemon, ending: threading.Event) -> int:
    """The panel, until its window is closed or the daemon is told to end."""
    import signal
    import threading

    try:
        import gui
    except ImportError as error:
        from bridge import system_libraries

        lacking = system_libraries.missing()
        how = f"; {system_libraries.advice(lacking)}" if lacking else ""
        print(f"cuevox: the panel cannot be shown ({error}){how}; --headless does without it", file=sys.stderr)
        return 1

    closed = threading.Event()

    def end_with_daemon() -> None:
        """The panel, like any program, closes at SIGTERM. Again and again: it may be on its way to hear of it."""
        daemon.wait_for_quit(ending)
        while not closed.wait(0.3):
            signal.raise_signal(signal.SIGTERM)

    watcher = threading.Thread(target=end_with_daemon, name="quit", daemon=True)
    watcher.start()
    try:
        return gui.run(daemon)
    finally:
        closed.set()
        ending.set()
        watcher.join()


def say(options: argparse.Namespace, make_synthesizer: Callable[[], SynthesizerLike] | None) -> int:
    """One line into one file, by a daemon that lives no longer. It shares the user's presets, nothing else."""
    import shutil
    from dataclasses import replace
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from bridge.cue import Cue
    from bridge.daemon import Daemon
    from bridge.say import speak
    from bridge.timeline import parse_length

    user = settings_of(options)
    length = parse_length(options.seconds) if options.seconds else None
    with TemporaryDirectory(prefix="cuevox-say-") as folder:
        settings = replace(user, data_folder=Path(folder), osc_port=0)
        if user.presets_folder.is_dir():
            shutil.copytree(user.presets_folder, settings.presets_folder)
        with Daemon(settings, make_synthesizer) as daemon:
            timbre = options.timbre or daemon.voices.presets("timbre")[0].name
            cue = Cue("say", options.text, timbre, options.emotion, options.weight, length, seed=options.seed)
            take = speak(daemon, cue, Path(options.out))
    for warning in take.warnings:
        print(f"note: {warning}", file=sys.stderr)
    print(f"{options.out}: {take.n_samples} samples at {take.rate} Hz, seed {take.seed}")
    return 0


def batch(options: argparse.Namespace, make_synthesizer: Callable[[], SynthesizerLike] | None) -> int:
    """A sheet of lines into a folder of clips. It shares the user's presets and settings with the daemon."""
    from functools import partial

    from bridge.batch import command
    from bridge.batch.many import TogetherRenderer
    from bridge.batch.work import model_mark
    from engine.checkpoint import EMBEDDED

    settings = settings_of(options)
    renderer = TogetherRenderer(make_synthesizer or voice_of(settings))
    mark = model_mark(settings.model_folder or EMBEDDED)
    return command.run(options, settings, mark, renderer, partial(print, flush=True))


def farm(options: argparse.Namespace) -> int:
    """As batch(), with the workers of a cluster."""
    from functools import partial

    from bridge.batch.work import model_mark
    from bridge.farm import command
    from engine.checkpoint import EMBEDDED

    settings = settings_of(options)
    mark = model_mark(settings.model_folder or EMBEDDED)
    return command.run(options, settings, mark, partial(print, flush=True))


def talk(options: argparse.Namespace) -> int:
    """A client of the daemon that runs with these settings."""
    import threading
    import time
    from functools import partial

    from bridge import osc_terminal

    settings = settings_of(options)
    say = partial(print, flush=True)
    try:
        # A daemon that listens everywhere listens here as well.
        host = "127.0.0.1" if settings.osc_host == "0.0.0.0" else settings.osc_host
        where = (host, settings.osc_port)
        if options.command == "send":
            return osc_terminal.send(
                *where,
                options.address,
                options.arguments,
                say,
                by_tcp=options.tcp,
                in_s=options.in_s,
                passcode=settings.osc_passcode,
            )

        def say_when(text: str) -> None:
            say(time.strftime("%H:%M:%S"), text)

        topics = options.topics or osc_terminal.WATCHED
        return osc_terminal.watch(*where, threading.Event(), say_when, topics=topics, passcode=settings.osc_passcode)
    except KeyboardInterrupt:
        return 0


def get_model(options: argparse.Namespace) -> int:
    """The official model's files into a folder, after its terms were shown and accepted."""
    from functools import partial
    from pathlib import Path

    from bridge import model_download

    folder = Path(options.folder) if options.folder else settings_of(options).data_folder / "models" / "IndexTTS-2"
    ask = (lambda question: "yes") if options.yes else input
    try:
        return 0 if model_download.get(folder.absolute(), ask=ask, say=partial(print, flush=True)) else 1
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        return 1


def run_demo(options: argparse.Namespace) -> int:
    from pathlib import Path

    from bridge import demo

    try:
        demo.run(Path(options.out), [sys.executable, os.path.abspath(__file__)])
    except demo.DemoError as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    return 0


def run_tests(arguments: list[str]) -> int:
    import subprocess

    root = os.path.dirname(os.path.abspath(__file__))
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=root).returncode


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings of the data folder, with what the command line says instead. Raises BridgeError."""
    from dataclasses import replace
    from pathlib import Path

    import platformdirs

    from bridge.settings import Settings

    folder = Path(options.data).absolute() if options.data else platformdirs.user_data_path("Cuevox", appauthor=False)
    settings = Settings.load(folder)
    if options.model:
        settings = replace(settings, model_folder=Path(options.model).absolute())
    return settings if options.osc_port is None else replace(settings, osc_port=options.osc_port)


def voice_of(settings: Settings) -> Callable[[], SynthesizerLike]:
    def load() -> SynthesizerLike:
        from engine import load_voice

        return load_voice.load(settings.model_folder, settings.compute_device, streamed=settings.stream_tokens)

    return load


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
