"""How much one address may ask for in a minute."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from arxivtag.api.faults import ApiError

MAX_ADDRESSES = 10_000


class Rate:
    """A bucket for each address, which fills at an even rate and holds one minute's worth.

    A request may take more than is left once the bucket holds anything, and the debt is waited
    for: so a large request is never refused for ever. An address of IPv6 counts by its first 64
    bits, which one household or host has to itself. Not for use from several threads.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self.clock = clock
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, amount: float) -> None:
        """Take ``amount`` from the bucket of ``address``.

        Raises:
            ApiError: With status 429, if it is empty.
        """
        key, now = network_of(address), self.clock()
        left, at = self.buckets.pop(key, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - at) * self.per_minute / 60)
        allowed = left > 0
        self.buckets[key] = (left - amount if allowed else left, now)
        while len(self.buckets) > MAX_ADDRESSES:
            self.buckets.popitem(last=False)
        if not allowed:
            wait_s = math.floor(-left * 60 / self.per_minute) + 1
            raise ApiError(
                429,
                f"Your address may tag {self.per_minute:,} papers a minute, and has.",
                f"Try again in {wait_s} seconds.",
                wait_s,
            )


def network_of(address: str) -> str:
    """Return what an address counts as; one that cannot be read counts as it stands."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
