"""Before launch: what is missing, and which groups would stay hidden, ratee by ratee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from leadline.errors import Fault, LeadlineError
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles.checking import threshold
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.cycles.panels import ON
from leadline.web.people.models import Person
from leadline.workflows import ATTRIBUTED, LeastNumbers, least_numbers, merged_groups

SUGGESTED = 5


@dataclass(frozen=True)
class Group:
    """A group of a ratee's raters: how many there are, how many it takes to be shown, whom to ask.

    ``is_hidden`` says whether its figures would not be shown by themselves even if everyone answered; that of
    a group that has enough is because another one has not.
    """

    relationship: str
    n: int
    least: int
    is_hidden: bool
    suggested: tuple[Person, ...] = ()

    @property
    def missing(self) -> int:
        """How many more it takes."""
        return max(self.least - self.n, 0)


def blockers(cycle: Cycle, *, nominating: bool = False) -> tuple[Fault, ...]:
    """What must be mended before launch, or before nominations.

    Parameters
    ----------
    cycle : Cycle
    nominating : bool
        Ask only what nominations need.
    """
    found = []
    if not cycle.framework:
        found.append("no_framework")
    else:
        try:
            load(cycle.organisation, cycle.framework, cycle.profiles)
        except LeadlineError:
            found.append("framework_gone")
    ratees = cycle.participants.filter(withdrawn=False)
    if not ratees.exists():
        found.append("no_ratees")
    if not any(name != "self" for name in cycle.rules):
        found.append("no_rules")
    if cycle.closes is None:
        found.append("no_dates")
    elif cycle.closes < today(cycle):
        found.append("closed_already")
    if nominating and (cycle.nominate_until is None or cycle.nominate_until < today(cycle)):
        found.append("no_nomination_day")
    if not nominating and ratees.exists() and not _others(cycle).exists():
        found.append("no_raters")
    return tuple(Fault(f"web.cycles.blockers.{name}", "-") for name in found)


def warnings(cycle: Cycle) -> tuple[Fault, ...]:
    """What should be looked at, with how often it occurs."""
    ratees = cycle.participants.filter(withdrawn=False)
    counts = {
        "hidden": hidden(cycle).count(),
        "thin": thin(cycle).count(),
        "unreachable": _unreachable(cycle).count(),
        "unapproved": ratees.exclude(state="approved").count() if cycle.state == "nominating" else 0,
        "no_manager": ratees.filter(manager=None).count() if "manager" in cycle.rules else 0,
    }
    return tuple(
        Fault(f"web.cycles.warnings.{name}", "-", fields={"n": n}) for name, n in counts.items() if n
    )


def hidden(cycle: Cycle) -> QuerySet[Participant]:
    """Ratees of whom at least one group would stay hidden, with the size of each group as ``n_<group>``."""
    numbers = numbers_of(cycle)
    lacking = _thin(numbers)
    for name in groups(cycle, numbers):
        lacking |= Q(**{f"n_{name}__lt": numbers.of(name)})
    return counted(cycle).filter(lacking)


def thin(cycle: Cycle) -> QuerySet[Participant]:
    """Ratees with too few raters in all for any figure."""
    return counted(cycle).filter(_thin(numbers_of(cycle)))


def _thin(numbers: LeastNumbers) -> Q:
    return Q(n_all__lt=numbers.everybody)


def counted(cycle: Cycle) -> QuerySet[Participant]:
    """Ratees with the size of each group, and of all that count together as ``n_all``."""
    on, numbers = Q(assignments__state__in=ON), numbers_of(cycle)
    sizes = {
        f"n_{name}": Count("assignments", filter=on & Q(assignments__relationship=name))
        for name in cycle.rules
    }
    others = on & ~Q(assignments__relationship__in=numbers.uncounted)
    return cycle.participants.filter(withdrawn=False).annotate(
        n_all=Count("assignments", filter=others), **sizes
    )


def groups(cycle: Cycle, numbers: LeastNumbers) -> tuple[str, ...]:
    """Anonymous relationships the rules ask for, of those that count."""
    return tuple(name for name in cycle.rules if name not in {*ATTRIBUTED, *numbers.uncounted})


def numbers_of(cycle: Cycle) -> LeastNumbers:
    """Least numbers as they will be from launch on: the cycle's, or its framework's where they are higher."""
    try:
        found = least_numbers(load(cycle.organisation, cycle.framework, cycle.profiles))
    except LeadlineError:  # one of the blockers
        found = LeastNumbers({}, 1, 1)
    return LeastNumbers(
        {name: max(found.of(name), threshold(cycle, name)) for name in cycle.rules},
        max(found.everybody, threshold(cycle, "all")),
        max(found.comments, threshold(cycle, "comments")),
        found.uncounted,
    )


def of(cycle: Cycle, participants: Sequence[Participant]) -> dict[UUID, list[Group]]:
    """The groups of some ratees (rows of :func:`counted`), hidden ones with people to ask."""
    taken: dict[UUID, set[UUID | None]] = defaultdict(set)
    rows = Assignment.objects.filter(participant__in=participants, rater__isnull=False)
    for participant, rater in rows.values_list("participant_id", "rater_id"):
        taken[participant].add(rater)
    led, numbers = _by_manager(cycle, participants), numbers_of(cycle)
    found = {}
    for ratee in participants:
        counts = {name: getattr(ratee, f"n_{name}") for name in cycle.rules}
        named = merged_groups([counts], numbers)
        near: Mapping[str, Iterable[Person]] = {
            "peer": led.get(ratee.manager_id, ()),
            "report": led.get(ratee.person_id, ()),
        }
        free = {
            name: [p for p in some if p.pk not in taken[ratee.pk] and p.pk != ratee.person_id]
            for name, some in near.items()
        }
        found[ratee.pk] = [
            Group(
                name,
                n := counts[name],
                least := numbers.of(name),
                is_hidden=name not in named,
                suggested=tuple(free.get(name, ())[:SUGGESTED]) if n < least else (),
            )
            for name in groups(cycle, numbers)
        ]
    return found


def _by_manager(cycle: Cycle, participants: Sequence[Participant]) -> Mapping[UUID | None, list[Person]]:
    """People who report to the ratees, or to their managers."""
    managers = {row.manager_id for row in participants} | {row.person_id for row in participants}
    present = Person.objects.filter(organisation=cycle.organisation_id, manager__in=managers - {None}).filter(
        Q(left__isnull=True) | Q(left__gte=today(cycle))
    )
    by_manager: dict[UUID | None, list[Person]] = defaultdict(list)
    for person in present.order_by("name"):
        by_manager[person.manager_id].append(person)
    return by_manager


def _others(cycle: Cycle) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(participant__cycle=cycle, participant__withdrawn=False, state__in=ON)
    return rows.exclude(relationship="self")


def _unreachable(cycle: Cycle) -> QuerySet[Person]:
    """Raters who have neither an address nor an account."""
    owes = Assignment.objects.filter(participant__cycle=cycle, state__in=ON, rater=OuterRef("pk"))
    return Person.objects.filter(Exists(owes), organisation=cycle.organisation_id, email="", user=None)
