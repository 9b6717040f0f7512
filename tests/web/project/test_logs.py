"""No log names an assignment, a token or a moment, whatever fails at whatever address."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from smtplib import SMTPRecipientsRefused

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings
from tests.web.cast import VISITORS, World
from tests.web.table import addresses

from leadline.errors import UsageError
from leadline.web.project.logs import Nameless, kind, nameless, trace

Log = Callable[[], str]
NAME = "petra"
UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
CLOCK = re.compile(r"\d\d:\d\d|,\d{3} ")
LOGGERS = ("", "django", "django.request", "django.server", "leadline")
MULTIPART = "multipart/form-data; boundary=none"


class Breaking:
    """Breaks every view, with everything an exception can say of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: object, args: object, kwargs: object) -> None:
        try:
            raise KeyError(request.get_full_path())
        except KeyError as cause:
            raise RuntimeError(f"{request.build_absolute_uri()} {args} {kwargs} {request.user}") from cause


def configured() -> list[logging.Handler]:
    """What writes the log; a test has handlers of its own beside it."""
    return [one for one in logging.root.handlers if any(isinstance(f, Nameless) for f in one.filters)]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """All that was logged, however unimportant."""
    (handler,) = configured()
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    for name in LOGGERS:
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
        logging.getLogger(name).manager._clear_cache()  # type: ignore[attr-defined]  # what a level decides is cached
    yield written.getvalue
    handler.setStream(before)


def not_found(client: Client, url: str) -> int:
    return client.get(f"{url.partition('?')[0]}nothing/here/").status_code


def wrong_method(client: Client, url: str) -> int:
    return client.generic("PATCH", url).status_code


def forged(client: Client, url: str) -> int:
    client.handler.enforce_csrf_checks = True
    return client.post(url, {"a": "b"}).status_code


def other_host(client: Client, url: str) -> int:
    return client.get(url, headers={"host": "evil.example"}).status_code


def too_many_fields(client: Client, url: str) -> int:
    return client.post(url, {str(n): "x" for n in range(20)}).status_code


def bad_multipart(client: Client, url: str) -> int:
    return client.generic("POST", url, b"--none\r\nx", content_type=MULTIPART + "\x01").status_code


FAULTS = (not_found, wrong_method, forged, other_host, too_many_fields, bad_multipart)


def provoke(
    fault: Callable[[Client, str], int], world: World, as_visitor: Callable[[str], Client]
) -> set[int]:
    """Every address, signed out, as a rater and as whom the table lets in; the answers there were."""
    answers = set()
    for address in addresses():
        for visitor in {"anonymous", "rater", *(v for v in VISITORS if v in address.who)}:
            client = as_visitor(visitor)
            client.raise_request_exception = False
            with transaction.atomic():
                answers.add(fault(client, address.url(world)))
                transaction.set_rollback(True)
    return answers


def secrets(world: World) -> set[str]:
    """Tokens and addresses of mail of the cast; keys are found by their form."""
    texts = {thing for thing in world.things.values() if isinstance(thing, str)}
    return texts | {user.email for user in world.users.values()} | {"invitation/", "nonsense"}


def traces(text: str, world: World) -> list[str]:
    """What must not be there."""
    found = [secret for secret in secrets(world) if secret in text]
    return found + UUID.findall(text) + CLOCK.findall(text)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
def test_a_refused_request_leaves_the_name_of_its_view_and_nothing_else(
    world: World,
    as_visitor: Callable[[str], Client],
    log: Log,
    fault: Callable[[Client, str], int],
    settings: Settings,
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    answers = provoke(fault, world, as_visitor)
    assert any(400 <= one < 500 for one in answers), answers
    assert not any(one >= 500 for one in answers), answers
    assert log(), "what is refused is logged, at some level"
    assert traces(log(), world) == []


def test_a_broken_view_is_logged_by_its_name_with_where_it_broke_and_nothing_else(
    world: World, as_visitor: Callable[[str], Client], log: Log, settings: Settings
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.Breaking"]
    assert provoke(lambda client, url: client.post(url).status_code, world, as_visitor) == {500}
    assert traces(log(), world) == []
    assert {name for name in {one.name for one in addresses()} if name not in log()} == set()
    assert "in process_view" in log(), "frames are kept"
    assert "builtins.KeyError\n" in log(), "so is what led to it"


def test_a_forged_form_is_logged_by_the_name_of_its_view(
    world: World, as_visitor: Callable[[str], Client], log: Log
) -> None:
    forged(as_visitor("rater"), f"/rate/{world.things['rate_new'].pk}/submit/")
    assert re.fullmatch(
        r"20\d\d-\d\d-\d\dT\d\dZ WARNING django\.security\.csrf Forbidden \(.*\): rating:submit\n", log()
    )


def test_nothing_writes_around_the_filter() -> None:
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    own = [one.name for one in known if any(not isinstance(h, logging.NullHandler) for h in one.handlers)]
    assert own == []
    assert [one.name for one in known if one.name.startswith("django") and not one.propagate] == []


def test_a_record_holds_nothing_more_for_whoever_writes_it_next() -> None:
    try:
        raise KeyError(NAME)
    except KeyError as error:
        record = logging.LogRecord("x", 40, "", 1, "%s", ("/rate/",), (KeyError, error, error.__traceback__))
    record.request, record.stack_info, record.exc_text = object(), NAME, NAME
    assert Nameless().filter(record)
    assert record.getMessage() == "rating:queue"
    assert NAME not in str(vars(record))
    assert not hasattr(record, "request")
    assert not record.exc_info


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Not Found: /rate/?next=/rate/", "Not Found: rating:queue"),
        ("GET 'https://a.example/rate/link/secret/' failed", "GET rating:by_link failed"),
        ("session 3k5v0q8z7x6c5v4b3n2m1l0k9j8h7g6f gone", "session … gone"),
        ("token c8x2ab-0123456789abcdef0123456789abcdef", "token …"),
        ("a token without digits: abcdefghijklmnopqrstuvwxyzABCDEFGHIJ", "a token without digits: …"),
        ("no address: 3 of 4", "no address: 3 of 4"),
        ("一封邮件无法发送", "一封邮件无法发送"),
    ],
)
def test_addresses_keys_and_tokens_are_left_out_and_the_rest_stays(text: str, told: str) -> None:
    assert nameless(text) == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UsageError("web.project.bad_value", name="petra"), "web.project.bad_value"),
        (OSError(28, "No space left on device", "/data/keys/x.key"), "No space left on device"),
        (OperationalError("disk full\nDETAIL: petra"), "disk full"),
        (OperationalError(), ""),
        (IntegrityError("Failing row contains (petra)"), ""),
        (SMTPRecipientsRefused({"petra@acme.example": (550, b"no")}), ""),
    ],
)
def test_an_exception_says_what_cannot_quote_a_row(error: Exception, told: str) -> None:
    assert kind(error).partition(": ")[2] == told


def test_what_an_exception_hides_on_purpose_stays_hidden_and_a_circle_ends() -> None:
    first, second = KeyError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    assert trace(first).splitlines() == ["builtins.ValueError", "builtins.KeyError"]
    first.__cause__, first.__context__, first.__suppress_context__ = None, second, True
    assert trace(first) == "builtins.KeyError"
