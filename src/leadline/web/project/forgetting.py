"""What of the installation is kept for a time: mails in files, where no mail server is set.

The folder is one for all organisations: the shortest period counts.
"""

from __future__ import annotations

from datetime import datetime

from leadline.web.accounts.models import Organisation
from leadline.web.look import mail
from leadline.web.look.forgetting import Period


def _mails(organisation: Organisation, before: datetime) -> int:
    del organisation
    old = [path for path in mail.folder().glob("*.log") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


PERIODS = (Period("mails", 30, 1, 365, _mails),)
