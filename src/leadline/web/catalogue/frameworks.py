"""Frameworks by reference, loaded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from leadline.errors import UsageError
from leadline.frameworks import Framework, FrameworkSummary, Text, list_frameworks, load_framework
from leadline.web.accounts.models import Organisation


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
    """What a cycle of the organisation may use, newest version first.

    Parameters
    ----------
    organisation : Organisation

    Returns
    -------
    tuple of Reference
    """
    del organisation  # every organisation may use the built-in ones
    return tuple(Reference(f"{s.id}@{s.version}", s.title) for s in summaries())


def framework(organisation: Organisation, reference: str, profiles: Sequence[str] = ()) -> Framework:
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

    Raises
    ------
    UsageError
        No such framework, version or profile.
    """
    # Only what is listed: loading also takes paths, and a reference may come from an address.
    if reference not in {known.id for known in references(organisation)}:
        raise UsageError("web.catalogue.unknown", reference=reference)
    return _loaded(reference, tuple(profiles))


@lru_cache(maxsize=64)
def _loaded(reference: str, profiles: tuple[str, ...]) -> Framework:
    loaded = load_framework(reference)
    return loaded.with_profiles(*profiles) if profiles else loaded
