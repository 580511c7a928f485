"""doctor: is everything that this hub needs there and in order? Says what to do where it is not."""

import sys

from django.core.management.base import BaseCommand
from django.utils.translation import override

from config.doctor import Verdict, examine


class Command(BaseCommand):
    help = "Look at settings, broker, database, clocks, worker, beat, accounts and webhooks; 1 when something is wrong."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        problems = 0
        styles = {Verdict.GOOD: self.style.SUCCESS, Verdict.ODD: self.style.WARNING, Verdict.BAD: self.style.ERROR}
        with override("en"):
            for finding in examine():
                problems += finding.verdict is Verdict.BAD
                verdict = styles[finding.verdict](f"{finding.verdict.value:<8}")
                self.stdout.write(f"{verdict} {finding.subject}: {finding.says}")
                if finding.remedy:
                    self.stdout.write(f"         → {finding.remedy}")
        if problems:
            self.stdout.write(f"{problems} {'problem' if problems == 1 else 'problems'} found.")
            sys.exit(1)
        self.stdout.write("All is well.")
