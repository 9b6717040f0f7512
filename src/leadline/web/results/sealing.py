"""Sealing: what could still lead from a figure to a rater is destroyed, also in the files of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.dispatch import receiver
from django_tasks import task

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Organisation
from leadline.web.cycles import jobs, keys
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle
from leadline.web.cycles.moves import move, moved
from leadline.web.look import remains
from leadline.web.look.queue import put
from leadline.web.results import access, hidden
from leadline.web.results.models import Basis, Comment, Correction, Record, Result, Run
from leadline.web.results.storing import some_at_once

REWRITTEN = (
    "rating_submission",
    "rating_draft",
    "cycles_assignment",
    "results_comment",
    "results_result",
    "accounts_kept",
)


SHUFFLED = ("rating_submission", "cycles_assignment")
CACHE = 65_536
"""KB of memory for SQLite while it shuffles: with its usual 2 MB, 120,000 rows take half as long again."""


class SealError(LeadlineError):
    """A cycle that cannot be sealed yet."""


def seal(cycle: Cycle, actor: Actor | Organisation) -> None:
    """Seal a released cycle whose appeal window is over; the key is destroyed once that is committed.

    What was released is written as plain columns. Sheets, drafts, comments nobody released, every original
    wording, figures nobody saw and what the disclosure engine knew of who stands behind which figure are
    deleted: nothing can be scored again.

    Raises
    ------
    SealError
        ``web.results.appeal_open``.
    MoveError
        It is not released.
    KeyGoneError
        The key is missing: what was released could not be read any more.
    """
    if cycle.appeal_until is None or today(cycle) <= cycle.appeal_until:
        raise SealError("web.results.appeal_open")
    with transaction.atomic():
        now = move(cycle, "seal", actor)
        key = keys.of(now.pk)
        _open_results(now, key)
        _open_comments(now)
        _keep_record(now, key)
        remains.enforce("seal", now)
        transaction.on_commit(lambda: keys.destroy(now))


def _open_results(cycle: Cycle, key: Key) -> None:
    """Write what counts, and what was seen before it, as plain figures; the rest goes, withdrawn ones too."""
    withdrawn = set(_withdrawn(cycle).values_list("pk", flat=True))
    counting = access.results(cycle).values("pk")
    Result.objects.filter(run__cycle=cycle, shown=False).exclude(pk__in=counting).delete()
    last = access.counting(cycle)
    for run in Run.objects.filter(cycle=cycle, state="done"):
        if run.shown or run == last:  # an overview nobody saw, less the last one, is what came in between
            Run.objects.filter(pk=run.pk).update(tables=hidden.run(run).tables)
    own = list(Result.objects.filter(run__cycle=cycle).values_list("pk", flat=True))
    for some in some_at_once(own):
        rows = [hidden.result(row, key) for row in Result.objects.filter(pk__in=some)]
        for row in rows:  # not written twice: figures are large
            row.hidden = row.brief = row.sets = None
            if row.participant_id in withdrawn:
                row.figures = {}
        Result.objects.filter(pk__in=some).delete()
        Result.objects.bulk_create(rows)


def _withdrawn(cycle: Cycle) -> QuerySet[Correction]:
    return Correction.objects.filter(participant__cycle=cycle, withdrawn__isnull=False)


def _keep_record(cycle: Cycle, key: Key) -> None:
    """What of the measurement may stay, for later cycles to be linked to; of withdrawn ratees nothing."""
    run = access.counting(cycle)
    basis = Basis.objects.filter(run=run, record__isnull=False).first()
    if basis and basis.record:
        content = key.decrypt(basis.record, "record", basis.pk)
        there = cycle.participants.filter(withdrawn=False).exclude(pk__in=_withdrawn(cycle).values("pk"))
        known = set(map(str, there.values_list("pk", flat=True)))  # nobody who was erased since, either
        content["ratees"] = [one for one in content["ratees"] if one["ratee"] in known]
        Record.objects.create(cycle=cycle, content=content)


def _open_comments(cycle: Cycle) -> None:
    """Write released comments as plain texts; the rest goes, with every original wording."""
    own = Comment.objects.filter(participant__cycle=cycle)
    own.exclude(state__in=("public", "coach")).delete()
    own.filter(participant__in=_withdrawn(cycle).values("pk")).delete()
    for some in some_at_once(list(own.values_list("pk", flat=True))):
        rows = hidden.comments(Comment.objects.filter(pk__in=some).select_related("participant"))
        for row in rows:
            row.hidden = None
        Comment.objects.filter(pk__in=some).delete()
        Comment.objects.bulk_create(rows)  # updating takes several times as long


def _seal(actor: Actor, cycle: Cycle, _: Mapping[str, str]) -> int:
    seal(cycle, actor)
    return cycle.participants.count()


jobs.DEEDS["seal"] = _seal


@receiver(moved, dispatch_uid="results.compact")
def on_move(name: str, **_: object) -> None:
    """Lay rows in another order when answers come in no more, and compact when they are gone."""
    if name == "close":
        put(settle)
    if name == "seal":
        put(compact)


@task()
def settle() -> None:
    """Leave no trace of where or what rows were while answers came in."""
    lay_anew(REWRITTEN)


def lay_anew(tables: Iterable[str]) -> None:
    """Lay rows whose order tells something in another, and leave no dead ones of tables in any file.

    SQLite overwrites what is deleted (``secure_delete``), and sheets lie anywhere in their table from the
    first: assignments are shuffled, and its log is emptied.
    """
    if connection.vendor == "sqlite":
        shuffle(["cycles_assignment"])
        empty_log()
    else:
        shuffle(SHUFFLED)
        rewrite(table for table in tables if table not in SHUFFLED)


@task()
def compact() -> None:
    """Rewrite the tables that hold what sealing destroys."""
    rewrite(REWRITTEN)


def shuffle(tables: Iterable[str]) -> None:
    """Write all rows of tables anew in random order, in one transaction each.

    SQLite keeps rows in the order they came in, PostgreSQL with the number of the transaction that wrote
    them: both would tell on whom somebody answered last. Keys are random, and so is their order.
    """
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "sqlite":
                usual = cursor.execute("PRAGMA cache_size").fetchone()[0]
                cursor.execute(f"PRAGMA cache_size = -{CACHE}")
                cursor.execute(f"UPDATE {quote(table)} SET rowid = random()")  # noqa: S608  names are ours
                cursor.execute(f"PRAGMA cache_size = {usual}")
            else:
                copy_rows(cursor, table)
                cursor.execute(f"CLUSTER {quote(table)} USING {quote(table + '_pkey')}")


def after_migrations(plan: Sequence[object] = (), **_: object) -> None:
    """Rewrite all tables once migrations ran: PostgreSQL keeps what stood in a column that was dropped."""
    if plan:
        shuffle(SHUFFLED)
        rewrite([model._meta.db_table for model in apps.get_models() if model._meta.managed])


def rewrite(tables: Iterable[str]) -> None:
    """Rewrite the database so that deleted rows are in no file of it; outside any transaction.

    SQLite: the database is rewritten and its write-ahead log emptied into it. PostgreSQL: the tables are
    rewritten; its own write-ahead log and backups made before follow the retention they were given.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            empty_log()
        else:
            for table in tables:
                copy_rows(cursor, table)


A_COLUMN = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute a
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
  AND attcollation = 0 AND attgenerated = ''
ORDER BY EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND attnum = ANY (indkey)),
         EXISTS (SELECT FROM pg_constraint WHERE conrelid = attrelid AND attnum = ANY (conkey)), attnum
LIMIT 1
"""
"""A column whose type can be set again: best one that no index and no constraint rests on."""


def copy_rows(cursor: CursorWrapper, table: str) -> None:
    """Write the rows of a table of PostgreSQL into new files, those alone that are there now.

    ``VACUUM FULL`` and ``CLUSTER`` copy deleted rows too, silently, while any transaction of the server has
    been open since before, be it in another database. A changed column type is computed from the rows of
    today, as if written by this transaction.
    """
    cursor.execute(A_COLUMN, [connection.ops.quote_name(table)])
    column, kind = cursor.fetchone()
    name, table = map(connection.ops.quote_name, (column, table))
    # PostgreSQL leaves out the work where it sees that values stay the same: coalesce hides it.
    cursor.execute(f"ALTER TABLE {table} ALTER {name} TYPE {kind} USING coalesce({name}, {name})")
    cursor.execute(f"ANALYZE {table}")


def empty_log() -> None:
    """Write SQLite's write-ahead log into the database and cut it to nothing."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
