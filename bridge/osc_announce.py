"""Zeroconf: other machines on the network find Cuevox without being told its address.

Only where the user wants it (`osc_announce`), and never for a Cuevox that only this machine can reach. What is told is
that there is one and where it is heard: no name of the machine, nor of the user.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
import threading
from typing import TYPE_CHECKING

from bridge.osc_access import is_loopback
from bridge.settings import Settings

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

OSC_TYPES = ("_osc._udp.local.", "_osc._tcp.local.")
QUERY_TYPE = "_oscjson._tcp.local."

_log = logging.getLogger(__name__)


class Announcer:
    """Tells of one socket at a time. Registering takes seconds, so it has a thread of its own."""

    def __init__(self) -> None:
        self._instance = f"Cuevox {secrets.token_hex(3)}"  # unique, so that two of them do not fight for a name
        self._zeroconf: Zeroconf | None = None
        self._thread: threading.Thread | None = None

    def take_on(self, settings: Settings, port: int) -> None:
        """Tell of the socket as these settings have it, or of none. What was told before is taken back."""
        self.close()
        if is_wanted(settings):
            self._thread = threading.Thread(
                target=self._announce, args=(settings, port), name="osc-announce", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._zeroconf is not None:
            self._zeroconf.close()  # says goodbye as well
            self._zeroconf = None

    def _announce(self, settings: Settings, port: int) -> None:
        from zeroconf import Zeroconf

        try:
            self._zeroconf = Zeroconf(interfaces=addresses_of(settings.osc_host))
            for service in services(self._instance, settings, port):
                self._zeroconf.register_service(service)
        except Exception as error:  # a network without multicast: who knows the address gets in all the same
            _log.warning("Cuevox cannot be announced on the network: %s", error)


def is_wanted(settings: Settings) -> bool:
    return settings.osc_announce and not is_loopback(settings.osc_host)


def addresses_of(host: str) -> list[str]:
    """The addresses that a socket bound to `host` is really heard at, loopback left out."""
    import ifaddr

    try:
        if not ipaddress.ip_address(host).is_unspecified:
            return [host]
    except ValueError:
        return [host]
    found = [str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4]
    return [address for address in found if not is_loopback(address)]


def services(instance: str, settings: Settings, port: int) -> list[ServiceInfo]:
    from zeroconf import ServiceInfo

    types = (*OSC_TYPES, QUERY_TYPE) if settings.osc_query else OSC_TYPES
    server = f"{instance.lower().replace(' ', '-')}.local."
    return [
        ServiceInfo(
            kind,
            f"{instance}.{kind}",
            port,
            parsed_addresses=addresses_of(settings.osc_host),
            server=server,
        )
        for kind in types
    ]
