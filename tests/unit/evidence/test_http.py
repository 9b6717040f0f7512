from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.unit.evidence.server import Reply, Site, serving

from leadline.errors import EvidenceError, LeadlineError, SourceError
from leadline.evidence import describe, read_evidence, read_table
from leadline.evidence.sources.exchange import Client
from leadline.evidence.sources.http import open_http

RECORDS = [{"ratee": "ada", "rater": "lin", "item": "i1", "rating": 4}]
HUSH = "s3cret-token"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEADLINE_HTTP_TOKEN", "LEADLINE_HTTP_HEADERS", "http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def other() -> Iterator[Site]:
    with serving() as found:
        yield found


class Naps:
    """Notes how long a client would have slept."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def code_of(url: str, client: Client | None = None) -> LeadlineError:
    with pytest.raises(LeadlineError) as caught:
        open_http(url, client=client or Client(sleep=Naps(), attempts=2))
    for language in ("en", "zh"):
        assert HUSH not in caught.value.describe(language)  # type: ignore[arg-type]
    return caught.value


def test_a_list_of_records_becomes_a_table(site: Site) -> None:
    assert read_table(site.on("/r", Reply(RECORDS))).rows() == [("ada", "lin", "i1", 4)]


def test_records_are_found_under_a_key_and_inner_records_become_columns(site: Site) -> None:
    url = site.on("/r", Reply({"meta": {"total": 1}, "results": [{"id": 7, "user": {"login": "ada"}}]}))
    assert read_table(url).rows(named=True) == [{"id": 7, "user.login": "ada"}]


def test_of_several_lists_one_is_chosen_by_its_key(site: Site) -> None:
    url = site.on("/r", Reply({"users": [{"id": 1}], "teams": [{"id": 2}]}))
    assert read_table(url, table="teams").rows() == [(2,)]
    with pytest.raises(SourceError) as caught:
        read_table(url)
    assert caught.value.code == "evidence.choose_table"


def test_an_address_with_the_tables_by_name_is_evidence(site: Site) -> None:
    url = site.on("/e", Reply({"ratings": RECORDS, "people": [{"person": "ada", "name": "Ada"}]}))
    evidence = read_evidence(url)
    assert evidence.ratees == ("ada",)
    assert evidence.people is not None
    assert evidence.places["ratings"] == url


def test_an_address_of_any_table_is_described(site: Site) -> None:
    described = describe(site.on("/r", Reply([{"stars": 3}, {"stars": 5}, {"stars": None}])))
    column = described.columns[0]
    assert (column.column, column.n, column.missing, column.mean) == ("stars", 2, 1, 4.0)


def test_pages_are_followed_by_link_header(site: Site) -> None:
    link = {"Link": '</r?page=1>; rel="first", </r?page=2>; rel="next last"'}
    url = site.on("/r", Reply([{"id": 1}], headers=link))
    site.on("/r?page=2", Reply([{"id": 2}]))
    assert read_table(url).rows() == [(1,), (2,)]


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ({"next": "/r?page=2"}, "/r?page=2"),
        ({"links": {"next": {"href": "?page=2"}}}, "/r?page=2"),
        ({"@odata.nextLink": "/r?page=2"}, "/r?page=2"),
        ({"next_cursor": "c 2"}, "/r?cursor=c+2"),
        ({"nextPageToken": "t2"}, "/r?pageToken=t2"),
        ({"meta": {"next_cursor": 17}}, "/r?cursor=17"),
    ],
    ids=str,
)
def test_pages_are_followed_by_a_field_of_the_document(
    site: Site, field: dict[str, object], path: str
) -> None:
    url = site.on("/r", Reply({"data": [{"id": 1}], **field}))
    site.on(path, Reply({"data": [{"id": 2}], "next": None, "next_cursor": ""}))
    assert read_table(url).rows() == [(1,), (2,)]


def test_a_cursor_beside_the_word_that_there_is_no_more_is_not_followed(site: Site) -> None:
    url = site.on("/r", Reply({"data": [{"id": 1}], "next_cursor": "c2", "has_more": False}))
    assert read_table(url).height == 1


def test_pages_that_lead_in_circles_are_refused(site: Site) -> None:
    assert code_of(site.on("/r", Reply({"data": [], "next": "/r"}))).code == "evidence.http_page_loop"


def test_token_and_headers_of_the_environment_are_sent(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_HTTP_TOKEN", HUSH)
    monkeypatch.setenv("LEADLINE_HTTP_HEADERS", "X-Team: hr\nX-Trace: a:b")
    read_table(site.on("/r", Reply(RECORDS)))
    headers = site.asked[0][1]
    assert headers["authorization"] == f"Bearer {HUSH}"
    assert (headers["x-team"], headers["x-trace"]) == ("hr", "a:b")


@pytest.mark.parametrize("way", ["redirect", "link", "field"])
def test_secrets_never_go_to_another_host(
    site: Site, other: Site, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE_HTTP_TOKEN", HUSH)
    monkeypatch.setenv("LEADLINE_HTTP_HEADERS", '{"X-Key": "also-secret"}')
    away = other.on("/r", Reply({"data": [{"id": 2}]}))
    reply = {
        "redirect": Reply({}, status=302, headers={"Location": away}),
        "link": Reply({"data": [{"id": 1}]}, headers={"Link": f"<{away}>; rel=next"}),
        "field": Reply({"data": [{"id": 1}], "next": away}),
    }[way]
    assert read_table(site.on("/r", reply)).get_column("id").to_list()[-1] == 2
    assert "x-key" in site.asked[0][1]
    assert not {"x-key", "authorization"} & set(other.asked[0][1])


def test_a_redirect_within_the_host_keeps_the_token(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_HTTP_TOKEN", HUSH)
    url = site.on("/old", Reply({}, status=308, headers={"Location": "/new"}))
    site.on("/new", Reply(RECORDS))
    read_table(url)
    assert site.asked[1][1]["authorization"] == f"Bearer {HUSH}"


def test_user_and_password_in_the_address_are_sent_and_never_told(site: Site) -> None:
    url = site.on("/r?key=hush", Reply(RECORDS)).replace("//", "//ada:p%40ss@")
    read_table(url)
    assert site.asked[0][1]["authorization"] == "Basic YWRhOnBAc3M="
    site.on("/r?key=hush", Reply(status=401))
    told = str(code_of(url))
    assert not any(secret in told for secret in ("p%40ss", "p@ss", "hush"))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "evidence.http_unauthorised"),
        (403, "evidence.http_forbidden"),
        (404, "evidence.http_not_found"),
        (410, "evidence.http_not_found"),
        (418, "evidence.http_status"),
    ],
)
def test_a_refusal_is_told_at_once(site: Site, status: int, code: str) -> None:
    naps = Naps()
    assert code_of(site.on("/r", Reply({}, status=status)), Client(sleep=naps)).code == code
    assert len(site.asked) == 1
    assert naps.taken == []


@pytest.mark.parametrize(("status", "code"), [(429, "evidence.http_busy"), (503, "evidence.http_status")])
def test_a_busy_server_is_asked_again_with_growing_pauses(site: Site, status: int, code: str) -> None:
    naps = Naps()
    client = Client(sleep=naps, attempts=4, pause=0.5)
    url = site.on("/r", *[Reply({}, status=status)] * 3, Reply(RECORDS))
    assert open_http(url, client=client).choose().frame.height == 1
    assert naps.taken == [0.5, 1.0, 2.0]
    assert code_of(site.on("/x", Reply({}, status=status)), client).code == code


def test_the_server_says_how_long_to_wait(site: Site) -> None:
    naps = Naps()
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    url = site.on(
        "/r",
        Reply({}, status=429, headers={"Retry-After": "7"}),
        Reply({}, status=503, headers={"Retry-After": later}),
        Reply(RECORDS),
    )
    open_http(url, client=Client(sleep=naps))
    assert naps.taken[0] == 7
    assert 15 < naps.taken[1] <= 20


def test_a_wait_of_an_hour_is_not_waited_for(site: Site) -> None:
    naps = Naps()
    url = site.on("/r", Reply({}, status=429, headers={"Retry-After": "3600"}))
    assert code_of(url, Client(sleep=naps)).code == "evidence.http_busy"
    assert naps.taken == []


def test_a_web_page_instead_of_json_is_told(site: Site) -> None:
    page = Reply(b"<!DOCTYPE html><html>Sign in</html>", headers={"Content-Type": "text/html; charset=utf-8"})
    assert code_of(site.on("/r", page)).code == "evidence.http_html"
    disguised = Reply(b"\n <html></html>")
    assert code_of(site.on("/d", disguised)).code == "evidence.http_html"


def test_broken_json_is_told_with_line_and_character(site: Site) -> None:
    error = code_of(site.on("/r", Reply(b'[{"a": 1},\n {"a": }]')))
    assert (error.code, error.fields["line"], error.fields["at"]) == ("evidence.bad_json", 2, 8)


def test_an_empty_answer_is_told(site: Site) -> None:
    assert code_of(site.on("/r", Reply(b"", status=200))).code == "evidence.http_empty"


def test_a_document_without_records_is_told(site: Site) -> None:
    assert code_of(site.on("/r", Reply(7))).code == "evidence.no_records"


def test_a_slow_server_is_told_with_the_time_waited(site: Site) -> None:
    naps = Naps()
    error = code_of(site.on("/r", Reply(RECORDS, delay=0.4)), Client(timeout=0.05, attempts=2, sleep=naps))
    assert (error.code, error.fields["seconds"]) == ("evidence.http_slow", "0.05")
    assert len(naps.taken) == 1


def test_a_silent_server_is_asked_once_more_and_not_as_often_as_a_busy_one(site: Site) -> None:
    naps = Naps()
    error = code_of(site.on("/r", Reply(RECORDS, delay=0.4)), Client(timeout=0.05, attempts=5, sleep=naps))
    assert (error.code, len(naps.taken)) == ("evidence.http_slow", 1)


def test_an_answer_cut_off_is_asked_for_again(site: Site) -> None:
    cut = Reply(b'[{"id"', headers={"Content-Length": "100", "Connection": "close"})
    assert (
        open_http(site.on("/r", cut, Reply(RECORDS)), client=Client(sleep=Naps())).choose().frame.height == 1
    )


def test_nobody_listening_is_told() -> None:
    with serving() as gone:
        url = gone.url
    error = code_of(f"{url}/r")
    assert error.code == "evidence.http_unreachable"
    assert "0x" not in str(error)


def test_a_host_without_a_name_is_told() -> None:
    assert code_of("http://leadline.invalid/r").code == "evidence.http_unreachable"


def test_json_lines_and_compressed_answers_are_read(site: Site) -> None:
    lines = Reply(b'{"id": 1}\n{"id": 2}\n', headers={"Content-Type": "application/x-ndjson"})
    assert read_table(site.on("/lines", lines)).height == 2
    packed = Reply(gzip.compress(b'[{"id": 1}]'), headers={"Content-Encoding": "gzip"})
    assert read_table(site.on("/packed", packed)).rows() == [(1,)]


@pytest.mark.parametrize("headers", ["no colon", "{not json", '["list"]', "X:\x07"])
def test_headers_that_are_none_are_refused_without_repeating_them(
    site: Site, headers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE_HTTP_HEADERS", headers)
    with pytest.raises(SourceError) as caught:
        read_table(site.on("/r", Reply(RECORDS)))
    assert caught.value.code == "evidence.bad_setting"
    assert headers not in str(caught.value)


def test_a_query_is_for_databases(site: Site) -> None:
    with pytest.raises(SourceError) as caught:
        read_table(site.on("/r", Reply(RECORDS)), query="select 1")
    assert caught.value.code == "evidence.query_without_database"


def test_a_redirect_to_a_file_is_not_followed(site: Site) -> None:
    url = site.on("/r", Reply({}, status=302, headers={"Location": "file:///etc/passwd"}))
    assert code_of(url).code == "evidence.unknown_scheme"


@pytest.mark.parametrize("address", ["http://[::1/r", "https://ada:s3cret-token@host:port/r"])
def test_an_address_that_cannot_be_understood_is_not_repeated(address: str) -> None:
    assert code_of(address).code == "evidence.bad_address"


def test_a_next_page_that_is_no_address_is_told(site: Site) -> None:
    url = site.on("/r", Reply({"data": [{"id": 1}], "next": "http://[oops"}))
    assert code_of(url).code == "evidence.bad_address"


def test_an_address_called_people_is_no_evidence_until_its_columns_say_so(site: Site) -> None:
    url = site.on("/people", Reply({"people": [{"craft": "ISS", "name": "Oleg"}], "number": 1}))
    found = describe(url)
    assert found.faults == ()
    assert [column.column for column in found.columns] == ["craft", "name"]
    with pytest.raises(EvidenceError) as caught:
        read_evidence(url)
    assert "evidence.no_table" in {fault.code for fault in caught.value.faults}


def test_half_a_character_in_json_does_no_harm(site: Site) -> None:
    assert read_table(site.on("/r", Reply([{"name": "\ud83d!"}, {"name": "\ud83d\ude00"}]))).height == 2


def test_numbers_too_long_for_a_column_stay_as_they_were_written(site: Site) -> None:
    found = read_table(site.on("/r", Reply(b'[{"id": 123456789012345678901234567890}, {"id": 1}]')))
    assert found.rows() == [("123456789012345678901234567890",), ("1",)]
