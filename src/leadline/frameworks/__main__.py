"""Record the released versions that are not recorded yet: ``python -m leadline.frameworks``."""

from __future__ import annotations

import sys

from leadline.errors import LeadlineError, choose_language, words
from leadline.frameworks.released import record_releases


def main() -> int:
    """Record the releases and say which; 2 where a recorded one was changed."""
    language = choose_language()
    try:
        added = record_releases()
    except LeadlineError as error:
        sys.stderr.write(f"{error.describe(language)}\n")
        return 2
    for (framework, version), found in added.items():
        line = words(
            "frameworks.release.recorded", language, framework=framework, version=version, hash=found
        )
        sys.stdout.write(f"{line}\n")
    if not added:
        sys.stdout.write(f"{words('frameworks.release.nothing', language)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
