"""doctor: is everything that this hub needs there and in order? Says what to do where it is not."""

import logging
import sys
from collections import Counter

from django.core.management.base import BaseCommand
from django.utils.translation import override

from config.doctor import Verdict, examine


class Command(BaseCommand):
    help = "Look at settings, broker, database, clocks, worker, beat, accounts and webhooks; 1 when something is wrong."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        found: Counter[Verdict] = Counter()
        styles = {Verdict.GOOD: self.style.SUCCESS, Verdict.ODD: self.style.WARNING, Verdict.BAD: self.style.ERROR}
        logging.disable(logging.WARNING)  # what is tried on the way is told by the findings
        with override("en"):
            for finding in examine():
                found[finding.verdict] += 1
                verdict = styles[finding.verdict](f"{finding.verdict.value:<8}")
                self.stdout.write(f"{verdict} {finding.subject}: {finding.says}")
                if finding.remedy:
                    self.stdout.write(f"         → {finding.remedy}")
        logging.disable(logging.NOTSET)
        counted = f"{_counted(found[Verdict.BAD], 'problem')}, {_counted(found[Verdict.ODD], 'warning')}."
        self.stdout.write(counted.capitalize())
        if found[Verdict.BAD]:
            sys.exit(1)


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
