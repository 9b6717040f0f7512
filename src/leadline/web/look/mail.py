"""Mails: words of the app, one layout, text and HTML; sent by the server set in first run or environment."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.filebased import EmailBackend as Files
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac

from leadline.errors import Language, words


def send(key: str, to: str, language: str, *, link: str = "", once: str = "", **fields: object) -> None:
    """Send a mail whose words are ``subject``, ``text`` and, where there is a link, ``button`` under ``key``.

    Parameters
    ----------
    key : str
        As ``cycles.mail.invite``; ``text`` may hold several paragraphs, parted by empty lines.
    to : str
        Address.
    language : str
        ``en`` or ``zh``; anything else is English.
    link : str
        Address the button opens.
    once : str
        What makes this mail the one it is: if it goes out twice, its reader's program sees that.
    **fields
        Values named in the words.
    """
    spoken: Language = "zh" if language.startswith("zh") else "en"
    said = {name: words(f"web.{key}.{name}", spoken, **fields) for name in ("subject", "text")}
    button = words(f"web.{key}.button", spoken, **fields) if link else ""
    deliver(to, spoken, said["subject"], said["text"], link=link, button=button, once=once)


def deliver(
    to: str,
    language: Language,
    subject: str,
    text: str,
    *,
    link: str = "",
    button: str = "",
    once: str = "",
) -> None:
    """Send a mail whose wording is given, as an organisation's own; it is out of our hands on return."""
    context = {
        "subject": subject,
        "paragraphs": [part.strip() for part in text.split("\n\n") if part.strip()],
        "link": link,
        "button": button,
        "language": "zh-Hans" if language == "zh" else "en",
    }
    with translation.override("zh-hans" if language == "zh" else "en"):
        plain = render_to_string("look/mail.txt", context)
        page = render_to_string("look/mail.html", context)
    # A subject is one line, or it could smuggle in a header.
    mail = EmailMultiAlternatives(" ".join(subject.split()), plain, sender(), [to])
    mail.attach_alternative(page, "text/html")
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    if once:
        mail.extra_headers["Message-ID"] = message_id(once)
    mail.send()


def message_id(once: str) -> str:
    """The name of a mail among all mails, always the same for the same mail; it tells nothing of it."""
    name = salted_hmac("leadline.web.look.mail", once, algorithm="sha256").hexdigest()[:32]
    return f"<{name}@{urlsplit(settings.LEADLINE_URL).hostname}>"


def _file() -> Path:
    return Path(settings.LEADLINE_DATA) / "mail.json"


def server() -> dict[str, str]:
    """``url`` and ``sender`` of the mail server: the environment's, else from first run; empty when unset."""
    if settings.LEADLINE_MAIL_URL:
        return {"url": settings.LEADLINE_MAIL_URL, "sender": settings.LEADLINE_MAIL_FROM}
    if _file().exists():
        return dict(json.loads(_file().read_text(encoding="utf-8")))
    return {"url": "", "sender": ""}


def keep_server(url: str, sender: str) -> None:
    """Keep the mail server in the data folder, readable by its owner alone."""
    _file().touch(mode=0o600)
    _file().write_text(json.dumps({"url": url, "sender": sender}), encoding="utf-8")


def sender() -> str:
    """The address mails come from."""
    return server()["sender"] or str(settings.DEFAULT_FROM_EMAIL)


class Backend(BaseEmailBackend):
    """Sends by the server that is set; without one, keeps each mail in ``<data>/mail``."""

    def send_messages(self, email_messages: list[EmailMultiAlternatives]) -> int:  # type: ignore[override]  # narrower
        """Send."""
        return connection(server()["url"]).send_messages(email_messages) or 0


def folder() -> Path:
    """Where mails are kept without a server."""
    return Path(settings.LEADLINE_DATA) / "mail"


def connection(url: str) -> BaseEmailBackend:
    """A connection by address: ``smtp://user:password@host:587?tls=yes``, ``smtps://...``; files without."""
    if not url:
        return Files(file_path=str(folder()))
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return EmailBackend(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        use_tls=options.get("tls") == "yes",
        timeout=20,
    )
