"""Whom a request comes from: one answer for limits and for the audit."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The address of the browser; empty where a request has none, as through a socket that is a file.

    Every proxy appends whom it was asked by to ``X-Forwarded-For``. With ``LEADLINE_TRUSTED_PROXIES`` = n the
    n-th address from the end is believed, the one our outermost proxy wrote: what stands before it anybody
    can make up. Where there are fewer, the request came around a proxy, and its own address counts.
    """
    n = settings.LEADLINE_TRUSTED_PROXIES
    told = request.headers.get("X-Forwarded-For", "").split(",") if n else []
    believed = _address(told[-n]) if len(told) >= n > 0 else ""
    return believed or _address(request.META.get("REMOTE_ADDR", ""))


def network(address: str) -> str:
    """What limits count as one place: an IPv4 address, or the /64 that an IPv6 connection is given whole.

    Examples
    --------
    >>> network("198.51.100.7"), network("2001:db8::1:2:3")
    ('198.51.100.7', '2001:db8::/64')
    """
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def _address(text: str) -> str:
    """An address as it is usually written, without a port; empty where it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)
