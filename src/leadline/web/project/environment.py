"""What an operator may set: read once from the environment or from files, typed, refused by name."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from leadline.errors import UsageError

Value = TypeVar("Value")
ENGINES = {"sqlite": "sqlite3", "postgresql": "postgresql", "postgres": "postgresql"}


@dataclass(frozen=True)
class Environment:
    """Values of ``LEADLINE_*``; each may instead be in a file named by ``LEADLINE_*_FILE``."""

    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        """A value, or the content of the file named for it."""
        variable, file_variable = f"LEADLINE_{name}", f"LEADLINE_{name}_FILE"
        if variable in self.values and file_variable in self.values:
            raise UsageError("web.project.set_twice", name=variable, file_name=file_variable)
        if file_variable in self.values:
            path = Path(self.values[file_variable])
            try:
                return path.read_text(encoding="utf-8").strip()
            except OSError as cause:
                raise UsageError("web.project.unreadable", name=file_variable, value=path) from cause
        return self.values.get(variable, default)

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        """A whole number of at least ``least``."""
        return self._read(name, str(default), lambda text: _at_least(int(text), least), f"{least}, ...")

    def switch(self, name: str, *, default: bool = False) -> bool:
        """``yes`` or ``no``."""
        words = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
        return self._read(name, "yes" if default else "no", lambda text: words[text.lower()], "yes, no")

    def names(self, name: str) -> list[str]:
        """Words separated by commas."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def _read(self, name: str, default: str, read: Callable[[str], Value], allowed: str) -> Value:
        text = self.text(name, default)
        try:
            return read(text)
        except (ValueError, KeyError) as cause:
            raise UsageError(
                "web.project.bad_value", name=f"LEADLINE_{name}", value=text, allowed=allowed
            ) from cause


def _at_least(value: int, least: int) -> int:
    if value < least:
        raise ValueError(value)
    return value


def data_folder(environment: Environment) -> Path:
    """Where everything is kept that is not in the database, and by default also that."""
    return Path(environment.text("DATA", "leadline-data")).resolve()


def secret(environment: Environment, data: Path) -> str:
    """The key that signs sessions and links: given, or made once and kept in the data folder."""
    given = environment.text("SECRET_KEY")
    if given:
        return given
    path = data / "secret.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def database(url: str, data: Path) -> dict[str, object]:
    """Django's description of a database address; without one, a SQLite file in the data folder.

    Parameters
    ----------
    url : str
        ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``postgresql://user:password@host:port/name``.
    data : Path
        The data folder.

    Returns
    -------
    dict
        One entry of Django's ``DATABASES``.

    Raises
    ------
    UsageError
        Another kind of address.
    """
    parts = urlsplit(url or f"sqlite:///{data / 'leadline.sqlite3'}")
    if parts.scheme not in ENGINES:
        raise UsageError(
            "web.project.bad_value",
            name="LEADLINE_DATABASE_URL",
            value=parts.scheme,
            allowed="sqlite, postgresql",
        )
    engine = f"django.db.backends.{ENGINES[parts.scheme]}"
    if parts.scheme == "sqlite":
        return {"ENGINE": engine, "NAME": unquote(parts.path)[1:], "OPTIONS": _sqlite_options()}
    return {
        "ENGINE": engine,
        "NAME": unquote(parts.path)[1:],
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 16, "timeout": 10}, **dict(parse_qsl(parts.query))},
    }


def database_file(environment: Environment) -> Path | None:
    """The file of a SQLite database; None on another engine."""
    found = database(environment.text("DATABASE_URL"), data_folder(environment))
    return Path(str(found["NAME"])) if str(found["ENGINE"]).endswith("sqlite3") else None


def _sqlite_options() -> dict[str, object]:
    # secure_delete: a draft or a row rewritten on submission leaves no readable remains in the file.
    pragmas = (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    )
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "".join(f"PRAGMA {pragma};" for pragma in pragmas),
    }
