"""What people own is on every page after the upgrade as it was before, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import pytest
from tests.web.upgrade.conftest import Upgraded
from tests.web.upgrade.crawling import Visit, clients, facts, recorded
from tests.web.upgrade.reading import without

from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.models import Person, PersonChange
from leadline.web.rating.models import Draft
from leadline.web.results.models import Contest, Release, Result


@dataclass(frozen=True)
class Intended:
    """A difference that was meant: where (of :attr:`Visit.place`), what, and why."""

    place: str
    what: str
    why: str

    def explains(self, place: str, difference: str) -> bool:
        """Whether this is it."""
        return bool(re.search(self.place, place) and re.search(self.what, difference))


OF_TODAY = ("until",)
"""Fields that begin with the day they are opened on."""

INTENDED: tuple[Intended, ...] = (
    Intended(
        "results:result_json",
        r"input_hash was [0-9a-f]{64}, is [0-9a-f]{64}$",
        "is one with the cycle's key: nobody can compare a guess of the answers with it",
    ),
    Intended(
        r"^cycles:ratees .*export=csv",
        r"lost row",
        "how many had answered is told in steps, noted once a night: numbers told who answered about whom",
    ),
    Intended(
        r"^cycles:(cycle|ratees?|participation|owing) ", r"new \d{4}-\d\d-\d\d$", "the day of the last note"
    ),
    Intended(
        r"^results:release ",
        r"new |was 302, is a page$",
        "everybody is listed, and the page stays open: results may go to some people first",
    ),
    Intended(
        r"^people:import ", r"lost |new ", "an import shows what is new and what differs, not every field"
    ),
    Intended(r"^cycles:owing ", r"new ", "all raters are listed, with how far they were last night"),
)


def test_what_people_own_is_as_it_was(moved: Upgraded) -> None:
    found = list(_found(recorded()))
    told = {one: [pair for pair in found if one.explains(*pair)] for one in INTENDED}
    explained = {pair for pairs in told.values() for pair in pairs}
    rest = [said for place, said in found if (place, said) not in explained]
    assert not rest, "\n".join(rest)
    assert [one for one, pairs in told.items() if not pairs] == [], "differences that are meant and not there"


def _found(before: Sequence[tuple[Visit, Any]]) -> Iterator[tuple[str, str]]:
    """Differences, each with its place."""
    told = {str(visit): known for visit, known in before}
    for visit, client in clients([visit for visit, _ in before]):
        for difference in _differences(told[str(visit)], facts(visit, client)):
            yield visit.place, f"{visit}: {difference}"


HARM: dict[str, tuple[str, Callable[[], object]]] = {
    "a name": ("results:cycle ", lambda: Participant.objects.filter(name="Ravi Rao").update(name="Ravi R.")),
    "a state": ("cycles:list", lambda: Cycle.objects.filter(state="review").update(state="released")),
    "a day": ("rating:queue", lambda: Cycle.objects.filter(state="running").update(closes=date(2099, 7, 1))),
    "a receipt": ("rating:queue", lambda: Assignment.objects.filter(submitted=True).update(submitted=False)),
    "a draft": ("rating:form", lambda: Draft.objects.all().delete()),
    "an answer": ("results:result ", lambda: Contest.objects.update(answer="")),
    "a read release": ("results:cycle ", lambda: Release.objects.update(read=False)),
    "a release": ("results:mine", lambda: Release.objects.filter(audience="manager").delete()),
    "figures": ("results:result_csv", lambda: Result.objects.filter(run__cycle__state="review").delete()),
    "a history": ("people:person", lambda: PersonChange.objects.all().delete()),
    "access": ("people:person", lambda: Person.objects.update(coach=None)),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_harm_that_an_upgrade_might_do_is_found(moved: Upgraded, harm: str) -> None:
    place, act = HARM[harm]
    act()
    concerned = [(visit, known) for visit, known in recorded() if visit.place.startswith(place)]
    assert list(islice(_found(concerned), 1))


def _differences(before: Any, now: Any) -> Iterator[str]:
    if before.keys() != now.keys() or before.get("status") != now.get("status"):
        yield f"was {_brief(before)}, is {_brief(now)}"
    elif "file" in before:
        yield from _lost_of_file(before["file"], now["file"])
    elif "rows" in before:
        yield from (f"lost row {row}" for row in without(before["rows"], now["rows"]))
        yield from (f"lost {value}" for value in before["values"] if value not in now["values"])
        yield from (f"new {value}" for value in now["values"] if value not in before["values"])
        for name, given in before["fields"].items():
            if now["fields"].get(name) != given and name not in OF_TODAY:
                yield f"field {name} was {given}, is {now['fields'].get(name)}"


def _lost_of_file(before: Any, now: Any, at: str = "") -> Iterator[str]:
    """What an export no longer tells; it may tell more."""
    if isinstance(before, dict) and isinstance(now, dict):
        yield from (f"lost {at}.{name}" for name in before.keys() - now.keys())
        for name in before.keys() & now.keys():
            yield from _lost_of_file(before[name], now[name], f"{at}.{name}")
    elif isinstance(before, list) and isinstance(now, list) and all(isinstance(row, list) for row in before):
        yield from (f"lost row {row}" for row in without(before, now))
    elif before != now:
        yield f"{at} was {before}, is {now}"


def _brief(found: Any) -> object:
    return (
        found.get("status", "a file" if "file" in found else "a page") if isinstance(found, dict) else found
    )


BEFORE = {
    "rows": [["62", "Ravi Rao"], ["Vega"]],
    "values": ["Ravi Rao", "Vega"],
    "fields": {"name": ["Ravi Rao"]},
}


@pytest.mark.parametrize(
    ("now", "difference"),
    [
        ({"rows": [["63", "Ravi Rao"], ["Vega"]]}, "lost row ['62', 'Ravi Rao']"),
        ({"rows": [["62", "Vega"], ["Ravi Rao"]]}, "lost row ['62', 'Ravi Rao']"),
        ({"rows": [["62", "Ravi Rao", "Vega"]]}, "lost row ['Vega']"),
        ({"values": ["Vega"]}, "lost Ravi Rao"),
        ({"values": ["Petra Pahl", "Ravi Rao", "Vega"]}, "new Petra Pahl"),
        ({"fields": {"name": [""]}}, "field name was ['Ravi Rao'], is ['']"),
        ({"fields": {}}, "field name was ['Ravi Rao'], is None"),
    ],
)
def test_a_difference_is_found(now: dict[str, Any], difference: str) -> None:
    assert list(_differences(BEFORE, {**BEFORE, **now})) == [difference]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"status": 404}, BEFORE),
        (BEFORE, {"status": 404}),
        ({"status": 302, "to": "home"}, {"status": 404}),
        ({"file": {"score": 62.0}}, {"file": {"score": 62.1}}),
        ({"file": {"score": None}}, {"file": {}}),
        ({"file": [["Ravi", "62"]]}, {"file": [["Ravi", "61"]]}),
    ],
)
def test_a_page_or_file_that_is_another_is_found(before: Any, now: Any) -> None:
    assert len(list(_differences(before, now))) == 1


def test_what_is_added_beside_is_no_difference() -> None:
    more = {
        **BEFORE,
        "rows": [["2099-06-30", "62", "Ravi Rao"], ["Vega"]],
        "fields": {**BEFORE["fields"], "q": []},
    }
    assert list(_differences(BEFORE, more)) == []
    assert list(_differences({"file": [["Ravi", "62"]]}, {"file": [["1", "Ravi", "62"], ["2"]]})) == []
