"""Own frameworks from start to publication: a draft is changed, a published version never."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from leadline.errors import Fault, LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.catalogue.frameworks import PUBLISHED, built, load, summaries
from leadline.web.catalogue.models import OwnFramework
from leadline.web.catalogue.tailoring import Choices, faults_of
from leadline.workflows import Framework, Text

DRAFT = "draft"
_LONGEST_NAME = 60


def start(actor: Actor, base: str, title: Text) -> OwnFramework:
    """A draft with everything of its base.

    Parameters
    ----------
    actor : Actor
    base : str
        Reference of a built-in framework.
    title : Text
        The name cycles refer to it by is made from the English one.

    Raises
    ------
    UsageError
        There is no such base.
    """
    load(actor.organisation, base)
    with transaction.atomic():
        own = OwnFramework.objects.create(
            organisation=actor.organisation,
            name=_free_name(actor, title.en),
            title_en=title.en,
            title_zh=title.zh,
            base=base,
            by=actor.user,
        )
        record(actor, "catalogue.started", own, name=own.reference, base=base)
    return own


def _free_name(actor: Actor, title: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", slugify(title))[:_LONGEST_NAME].strip("-")
    wished = plain if plain[:1].isalpha() else f"own-{plain}".strip("-")
    taken = {s.id for s in summaries()} | set(
        OwnFramework.objects.filter(organisation=actor.organisation).values_list("name", flat=True)
    )
    numbered = (f"{wished}-{n}" for n in range(2, len(taken) + 3))
    return next(name for name in (wished, *numbered) if name not in taken)


def choose(actor: Actor, draft: OwnFramework, title: Text, choices: Choices) -> None:
    """Keep a draft's title, competencies, weights and expectations; its wording stays.

    Raises
    ------
    LeadlineError
        ``web.catalogue.not_a_draft``.
    """
    with transaction.atomic():
        own = _locked(draft)
        own.title_en, own.title_zh = title.en, title.zh
        own.choices = {**choices, "wording": own.choices.get("wording", {})}
        _save(actor, own)


def reword(actor: Actor, draft: OwnFramework, wording: Mapping[str, Mapping[str, str]]) -> None:
    """Keep wordings of a draft by key; an empty text takes the base's again.

    Raises
    ------
    LeadlineError
        ``web.catalogue.not_a_draft``.
    """
    with transaction.atomic():
        own = _locked(draft)
        kept = {**own.choices.get("wording", {})}
        for key, texts in wording.items():
            kept[key] = {language: text for language, text in texts.items() if text}
        own.choices = {**own.choices, "wording": {key: texts for key, texts in kept.items() if texts}}
        _save(actor, own)


def publish(actor: Actor, draft: OwnFramework) -> tuple[Fault, ...]:
    """Make a draft a version that never changes, unless it has faults, which are returned.

    Raises
    ------
    LeadlineError
        ``web.catalogue.not_a_draft``.
    """
    with transaction.atomic():
        own = _locked(draft)
        own.published = timezone.localdate()
        framework = built(own)
        faults = faults_of(framework)
        if not faults:
            own.state, own.hash = PUBLISHED, framework.hash
            own.save()
            record(actor, "catalogue.published", own, name=own.reference, hash=own.hash)
    return faults


def next_version(actor: Actor, published: OwnFramework) -> OwnFramework:
    """The draft of the next version, begun with the choices of a published one where there is none yet."""
    with transaction.atomic():
        versions = OwnFramework.objects.select_for_update().filter(
            organisation=actor.organisation, name=published.name
        )
        newest = versions.order_by("-version")[0]
        if newest.state == DRAFT:
            return newest
        own = OwnFramework.objects.create(
            organisation=actor.organisation,
            name=published.name,
            version=newest.version + 1,
            title_en=published.title_en,
            title_zh=published.title_zh,
            base=published.base,
            choices=published.choices,
            by=actor.user,
        )
        record(actor, "catalogue.started", own, name=own.reference, base=published.reference)
    return own


def discard(actor: Actor, draft: OwnFramework) -> None:
    """Delete a draft.

    Raises
    ------
    LeadlineError
        ``web.catalogue.not_a_draft``.
    """
    with transaction.atomic():
        own = _locked(draft)
        record(actor, "catalogue.discarded", own, name=own.reference)
        own.delete()


def parent(own: OwnFramework) -> Framework:
    """What a version was made from: the published one before it, else its base."""
    earlier = OwnFramework.objects.filter(
        organisation=own.organisation_id, name=own.name, version__lt=own.version, state=PUBLISHED
    )
    before = earlier.order_by("-version").first()
    return built(before) if before else load(own.organisation, own.base)


def _locked(draft: OwnFramework) -> OwnFramework:
    own = OwnFramework.objects.select_for_update().get(pk=draft.pk)
    if own.state != DRAFT:
        raise LeadlineError("web.catalogue.not_a_draft", reference=own.reference)
    return own


def _save(actor: Actor, own: OwnFramework) -> None:
    own.by = actor.user
    own.save()
    record(actor, "catalogue.edited", own, name=own.reference)
