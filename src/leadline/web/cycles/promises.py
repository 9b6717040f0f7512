"""What must be in every state of cycles, of work on them and of their mails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leadline.web.cycles import keys, posting
from leadline.web.cycles.jobs import OPEN, give_up, work
from leadline.web.cycles.models import Cycle, Job, Mailed
from leadline.web.look.promises import Promise
from leadline.web.look.queue import is_given_up, is_left, put


def _with_key(_: datetime) -> Iterable[Cycle]:
    over = Cycle.objects.filter(state__in=("sealed", "cancelled"))
    return [cycle for cycle in over if keys.exists(cycle)]


def _left_jobs(_: datetime) -> Iterable[Job]:
    return [job for job in Job.objects.filter(state__in=OPEN) if not is_left(work, str(job.pk))]


def _work(job: Job) -> None:
    if is_given_up(work, str(job.pk)):
        give_up(job)
    else:
        put(work, str(job.pk))


def _interrupted(_: datetime) -> Iterable[Mailed]:
    return Mailed.objects.filter(state="sending")


def _send_again(mail: Mailed) -> None:
    Mailed.objects.filter(pk=mail.pk, state="sending").update(state="waiting", tries=0)


def _unsent(_: datetime) -> Iterable[object]:
    waits = Mailed.objects.filter(state="waiting", tries=0).exists()
    return ["mails"] if waits and not is_left(posting.post) else []


PROMISES = (
    Promise("a cycle that is sealed or cancelled", "its key is destroyed", _with_key, keys.destroy),
    Promise("a job that waits or runs", "a task does it, or it has failed", _left_jobs, _work),
    Promise("a mail of a cycle, being sent", "a worker sends it", _interrupted, _send_again, at_rest=True),
    Promise("a mail of a cycle, not tried yet", "a task sends it", _unsent, lambda _: put(posting.post)),
)
