"""Frameworks by reference, loaded once: built-in ones, the operator's, and the organisation's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from leadline.errors import UsageError
from leadline.web.accounts.models import Organisation
from leadline.web.catalogue.models import OwnFramework
from leadline.web.catalogue.tailoring import tailored
from leadline.workflows import Framework, FrameworkSummary, Text, list_frameworks, load_framework

PUBLISHED = "published"


@dataclass(frozen=True)
class Reference:
    """A framework that a cycle may use.

    Attributes
    ----------
    id : str
        ``technical-leadership@1.0.0``.
    title : Text
    own : bool
        Whether the organisation made it.
    """

    id: str
    title: Text
    own: bool = False


@lru_cache(maxsize=1)
def summaries() -> tuple[FrameworkSummary, ...]:
    """Built-in frameworks and those of the operator's folder, without faulty ones; read once."""
    return tuple(summary for summary in list_frameworks() if not summary.faults)


def references(organisation: Organisation) -> tuple[Reference, ...]:
    """What a cycle of the organisation may use: its own first, each with the newest version first.

    Parameters
    ----------
    organisation : Organisation

    Returns
    -------
    tuple of Reference
    """
    own = OwnFramework.objects.filter(organisation=organisation, state=PUBLISHED)
    return (
        *(Reference(f.reference, f.title, own=True) for f in own.order_by("name", "-version")),
        *(Reference(f"{s.id}@{s.version}", s.title) for s in reversed(summaries())),
    )


def everything(organisation: Organisation) -> dict[str, Framework]:
    """Every framework a cycle of the organisation may use, by reference, as in :func:`references`."""
    own = OwnFramework.objects.filter(organisation=organisation, state=PUBLISHED)
    known = {f.reference: _own(f) for f in own.order_by("name", "-version")}
    built_in = (f"{s.id}@{s.version}" for s in reversed(summaries()))
    return known | {reference: _loaded(reference, ()) for reference in built_in}


def load(organisation: Organisation, reference: str, profiles: Sequence[str] = ()) -> Framework:
    """The framework of a reference, its profiles applied.

    Parameters
    ----------
    organisation : Organisation
    reference : str
        An ``id`` of :class:`Reference`.
    profiles : sequence of str

    Returns
    -------
    Framework
        One of the organisation's own costs a query, any other none.

    Raises
    ------
    UsageError
        ``web.catalogue.unknown``; ``web.catalogue.changed``: what it was made from is no longer the same;
        or no such profile.
    """
    # Only what is listed: loading also takes paths, and a reference may come from an address.
    if reference in {f"{s.id}@{s.version}" for s in summaries()}:
        return _loaded(reference, tuple(profiles))
    name, _, version = reference.partition("@")
    number = version.removesuffix(".0.0")
    own = OwnFramework.objects.filter(organisation=organisation, name=name, state=PUBLISHED)
    found = own.filter(version=number).first() if number.isdecimal() and len(number) < 6 else None
    if found is None or found.reference != reference:
        raise UsageError("web.catalogue.unknown", reference=reference)
    return _with(_own(found), tuple(profiles))


def built(own: OwnFramework) -> Framework:
    """An own framework, published or still a draft, built from its base.

    Raises
    ------
    UsageError
        The base is gone.
    """
    if own.base not in {f"{s.id}@{s.version}" for s in summaries()}:
        raise UsageError("web.catalogue.unknown", reference=own.base)
    return tailored(
        _loaded(own.base, ()),
        own.choices,
        name=own.name,
        version=own.number,
        title=own.title,
        released=own.published,
    )


@lru_cache(maxsize=64)
def _loaded(reference: str, profiles: tuple[str, ...]) -> Framework:
    return _with(load_framework(reference), profiles)


@lru_cache(maxsize=64)
def _own(found: OwnFramework) -> Framework:
    """A published one, built once for it never changes; its hash must be that of its publication."""
    framework = built(found)
    if framework.hash != found.hash:
        raise UsageError("web.catalogue.changed", reference=found.reference, base=found.base)
    return framework


def _with(framework: Framework, profiles: tuple[str, ...]) -> Framework:
    return framework.with_profiles(*profiles) if profiles else framework
