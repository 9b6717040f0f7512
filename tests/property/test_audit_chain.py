"""Whatever is done to an audit chain without its key is found; with the key, its heads find it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from leadline.web.accounts.chain import KEYED, START, Head, Link, examine, plain, sealed, told_by

KEY = b"the key of the audit, 32 bytes.."
DAY = "2026-11-30"
WORDS = st.text(max_size=8)
KINDS = st.sampled_from(["", "cycle", "participant", "person"])
SAID = st.tuples(
    WORDS,
    st.sampled_from(["results.read", "cycles.launched", "accounts.granted"]),
    KINDS,
    WORDS,
    st.dictionaries(WORDS, st.none() | st.booleans() | st.integers() | WORDS, max_size=3),
    WORDS,
    WORDS,
    st.lists(WORDS, max_size=3, unique=True).map(lambda keys: tuple(sorted(keys))),
)
FIELDS = ("actor", "subject", "address", "cycle", "time", "organisation", "hash", "before", "kind", "action")


def said(
    number: int, organisation: str = "acme", action: str = "", old: bool = False, *, what: tuple
) -> Link:
    actor, own, kind, subject, detail, address, cycle, ratees = what
    if old:
        cycle, ratees = told_by(kind, subject)
    time = f"2026-11-{1 + number % 28:02}T00:00:00+00:00"
    return Link(
        organisation, number, time, actor, action or own, kind, subject, detail, address, START, cycle, ratees
    )


def chained(links: list[Link], key: bytes | None, keyed_from: int) -> list[Link]:
    """Links numbered and sealed one by the other: those before ``keyed_from`` plainly, all without a key."""
    done: list[Link] = []
    for number, link in enumerate(links, 1):
        own = replace(link, number=number, before=done[-1].hash if done else START)
        seal = sealed(own, key) if key and number >= keyed_from else plain(own)
        done.append(replace(own, hash=seal))
    return done


@st.composite
def chains(draw: st.DrawFn, least: int = 1) -> list[Link]:
    """A chain as Leadline writes it: keyed from the first, or upgraded from plain hashes."""
    whats = draw(st.lists(SAID, min_size=least, max_size=8))
    n_plain = draw(st.integers(0, 4))
    if not n_plain:
        return chained([said(n, what=what) for n, what in enumerate(whats)], KEY, 1)
    links = [
        said(n, old=n < n_plain, what=what)
        for n, what in enumerate(draw(st.lists(SAID, min_size=n_plain, max_size=n_plain)))
    ]
    links.append(
        said(n_plain, action=KEYED, what=("", "", "", "", {"n": n_plain, "broken_at": 0}, "", "", ()))
    )
    links += [said(n_plain + 1 + n, what=what) for n, what in enumerate(whats)]
    return chained(links, KEY, n_plain + 1)


def found(links: list[Link], heads: list[Head] | None = None) -> list[str]:
    """Codes; the number from which the chain is keyed is read from it, as it is from the database."""
    keyed_from = next((link.number for link in links if link.action == KEYED), 1)
    return [one.code for one in examine(links, heads or [], KEY, keyed_from)]


def head(links: list[Link], at: int = -1) -> Head:
    return Head("acme", links[at].number, links[at].hash, DAY)


@given(chains())
def test_a_chain_as_it_was_written_holds(links: list[Link]) -> None:
    assert found(links, [head(links, 0), head(links)]) == []


@given(chains(), st.data())
def test_a_changed_record_is_found(links: list[Link], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(links) - 1))
    field = data.draw(st.sampled_from(FIELDS))
    value = data.draw(WORDS)
    assume(getattr(links[place], field) != value)
    links[place] = replace(links[place], **{field: value})
    assert found(links) != []


@given(chains(), st.data())
def test_changed_ratees_or_details_are_found(links: list[Link], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(links) - 1))
    one = links[place]
    changed = data.draw(
        st.sampled_from(
            [
                replace(one, ratees=(*one.ratees, "x")),
                replace(one, ratees=one.ratees[1:]),
                replace(one, detail={**one.detail, "more": 1}),
            ]
        )
    )
    assume(changed != one)
    links[place] = changed
    assert found(links) != []


@given(chains(least=2), st.data())
def test_a_removed_record_is_found(links: list[Link], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(links) - 2))
    numbered_anew = data.draw(st.booleans())
    rest = links[:place] + links[place + 1 :]
    if numbered_anew:
        rest = [replace(link, number=n) for n, link in enumerate(rest, 1)]
    assert found(rest) != []


@given(chains(least=2), st.data())
def test_records_in_another_order_are_found(links: list[Link], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(links))))
    assume(list(order) != list(range(len(links))))
    moved = [replace(links[old], number=new) for new, old in enumerate(order, 1)]
    assert found(moved) != []


@given(chains(), SAID, st.data())
def test_a_record_put_in_is_found(links: list[Link], what: tuple, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(links)))
    forged = said(0, action=data.draw(st.sampled_from(["", KEYED])), what=what)
    before = links[place - 1].hash if place else START
    forged = replace(forged, number=place + 1, before=before)
    seal = data.draw(st.sampled_from([plain(forged), sealed(forged, b"a guess"), START]))
    later = [replace(link, number=link.number + 1) for link in links[place:]]
    assert found([*links[:place], replace(forged, hash=seal), *later]) != []


@given(chains(), st.data())
def test_a_chain_sealed_again_without_the_key_is_found(links: list[Link], data: st.DataObject) -> None:
    """Wholly or from some record on, plainly or with a guess, with or without a record that would vouch."""
    place = data.draw(st.integers(0, len(links) - 1))
    key = data.draw(st.sampled_from([None, b"a guess"]))
    forged = [*links[:place], *(replace(link, actor=f"{link.actor}!") for link in links[place:])]
    if data.draw(st.booleans()):
        forged[-1] = replace(forged[-1], action=KEYED)
    again = chained(forged, key, 1)
    again = [*links[:place], *again[place:]]
    assert found(again) != []
    # What Leadline appends afterwards is sealed with the key and does not make it right.
    last = replace(
        said(0, what=("x", "results.read", "", "", {}, "", "", ())),
        number=len(again) + 1,
        before=again[-1].hash,
    )
    assert found([*again, replace(last, hash=sealed(last, KEY))]) != []


@given(chains(least=2), st.data())
def test_an_end_cut_off_after_a_head_is_found(links: list[Link], data: st.DataObject) -> None:
    written = data.draw(st.integers(1, len(links) - 1))
    kept = data.draw(st.integers(0, written))
    assert "tail" in found(links[:kept], [head(links, 0), head(links, written)])


@given(chains(least=2), SAID, st.data())
def test_an_end_cut_off_and_grown_again_is_found(links: list[Link], what: tuple, data: st.DataObject) -> None:
    written = data.draw(st.integers(1, len(links) - 1))
    kept = data.draw(st.integers(1, written))
    # By Leadline itself, with the key: the seals are right.
    keyed_from = next((link.number for link in links if link.action == KEYED), 1)
    assume(kept >= keyed_from)
    grown = links[:kept]
    for number in range(kept, len(links)):
        own = replace(
            said(number, what=what), number=number + 1, before=grown[-1].hash, actor="somebody else"
        )
        grown.append(replace(own, hash=sealed(own, KEY)))
    assume(grown != links)
    assert found(grown, [head(links, written)]) == ["replaced"]


@given(chains(), st.data())
def test_a_chain_sealed_again_with_the_key_is_found_by_its_heads(
    links: list[Link], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(links) - 1))
    changed = [*links[:place], replace(links[place], actor=f"{links[place].actor}!"), *links[place + 1 :]]
    keyed_from = next((link.number for link in links if link.action == KEYED), 1)
    assert found(chained(changed, KEY, keyed_from), [head(links)]) == ["replaced"]


@given(chains())
def test_a_chain_of_another_organisation_is_found(links: list[Link]) -> None:
    assert found([replace(link, organisation="borealis") for link in links]) != []
