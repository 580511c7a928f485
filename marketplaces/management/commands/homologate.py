"""homologate: walk a marketplace's homologation checklist with a test account."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from marketplaces import homologation
from marketplaces.models import Account


class Command(BaseCommand):
    help = "Walk a marketplace's homologation checklist: says of each step whether it went well, and what came back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connector", help="for example skyhub")
        parser.add_argument("--account", required=True, help="code of a homologation account")

    def handle(self, *args: object, connector: str, account: str, **options: object) -> None:
        found = homologation_account(account)
        if found.connector != connector:
            raise CommandError(_("Account “%(code)s” is not of this marketplace.") % {"code": account})
        try:
            failed = sum(self._say(step) for step in homologation.walk(found))
        except LookupError as error:
            raise CommandError(_("This marketplace has no homologation checklist here.")) from error
        if failed:
            raise CommandError(_("%(n)s steps failed.") % {"n": failed})
        self.stdout.write(self.style.SUCCESS(_("Every step went well.")))

    def _say(self, step: homologation.Step) -> bool:
        """Whether it failed."""
        word = self.style.SUCCESS(_("ok")) if step.ok else self.style.ERROR(_("failed"))
        self.stdout.write(f"{step.title}: {word}\n    {step.answer}")
        self.stdout.flush()
        return not step.ok


def homologation_account(code: str) -> Account:
    """Raises CommandError, before any call, where there is none or it is in production."""
    account = Account.objects.select_related("channel").filter(channel__code=code).first()
    if account is None:
        codes = ", ".join(Account.objects.order_by("channel__code").values_list("channel__code", flat=True))
        raise CommandError(_("There is no account “%(code)s”; there are: %(codes)s.") % {"code": code, "codes": codes})
    if account.production:
        raise CommandError(_("This is a production account: test orders are possible only in homologation accounts."))
    return account
