"""The form of an account: it makes the channel with it, and never shows what credentials are stored."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanSwitchWidget,
)
from validate_docbr import CNPJ

from marketplaces import registry
from marketplaces.adapter import Option
from marketplaces.catalog import tells_stock
from marketplaces.models import Account
from orders.admin.watched import WatchedForm
from orders.models import Channel

PREFIX = "credential_"
OPTION = "option_"


class AccountForm(WatchedForm):
    """Of one connector; `account_form` adds its credentials."""

    connector: ClassVar[str]

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As people call it, for example “Americanas, main store”."),
    )
    code = forms.SlugField(
        label=_("Code"),
        max_length=50,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Short and permanent; warehouse systems see it. Leave it empty to have it made from the name."),
    )
    seller_cnpj = forms.CharField(
        label=_("Seller's CNPJ"),
        max_length=18,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("When filled in, only NF-e issued by this CNPJ are accepted for the channel's orders."),
    )

    class Meta:
        model = Account
        fields = ("base_url", "production", "tells_stock", "limits")
        field_classes = {"base_url": partial(forms.URLField, assume_scheme="https")}
        widgets = {
            "base_url": UnfoldAdminURLInputWidget,
            "production": UnfoldBooleanSwitchWidget,
            "tells_stock": UnfoldBooleanSwitchWidget,
            "limits": UnfoldAdminTextareaWidget({"rows": 3, "class": "dsp-mono"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.connector = self.connector
        if self.instance.pk:
            channel = self.instance.channel
            self.initial.update(name=channel.name, code=channel.code, seller_cnpj=channel.seller_cnpj)
            self.initial.update({OPTION + name: word for name, word in self.instance.options.items() if word})
            self.fields["code"].disabled = True

    def facts(self) -> dict[str, Any]:
        stored = {PREFIX + name: value for name, value in self.instance.credentials.items()}
        return super().facts() | {name: value for name, value in stored.items() if name in self.fields}

    def clean_code(self) -> str:
        if self.instance.pk:
            return str(self.instance.channel.code)
        code: str = self.cleaned_data["code"] or slugify(self.cleaned_data.get("name", ""))[:50]
        if not code:
            raise forms.ValidationError(gettext("Give the account a code."))
        if Channel.objects.filter(code=code).exists():
            raise forms.ValidationError(gettext("Another account has the code “%(code)s”.") % {"code": code})
        return code

    def clean_seller_cnpj(self) -> str:
        cnpj = "".join(c for c in self.cleaned_data["seller_cnpj"].upper() if c.isalnum())
        if cnpj and not CNPJ().validate(cnpj):
            raise forms.ValidationError(gettext("This is not a valid CNPJ: look at its digits again."))
        return cnpj

    @property
    def typed_credentials(self) -> dict[str, str]:
        """Those that were filled in; an empty one keeps what is stored."""
        return {
            name.removeprefix(PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value
        }

    @property
    def chosen_options(self) -> dict[str, str]:
        return {
            name.removeprefix(OPTION): value for name, value in self.cleaned_data.items() if name.startswith(OPTION)
        }

    @transaction.atomic
    def save_account(self) -> None:
        """The channel and the account. Of a connected account only what was typed is written: others write too."""
        account: Account = self.instance
        facts = {"name": self.cleaned_data["name"], "seller_cnpj": self.cleaned_data["seller_cnpj"]}
        if not account.pk:
            account.channel = Channel.objects.create(
                code=self.cleaned_data["code"], marketplace=self.connector, **facts
            )
            account.credentials = self.typed_credentials
            account.options = account.options | self.chosen_options
            account.save()
            return
        Channel.objects.filter(pk=account.channel_id).update(**facts)
        account.channel.refresh_from_db()
        account.refresh_from_db(fields=["credentials", "options"])  # as they are under the form's lock
        account.credentials = account.credentials | self.typed_credentials
        account.options = account.options | self.chosen_options
        account.save(update_fields=["base_url", "production", "tells_stock", "limits", "credentials", "options"])


def account_form(connector: str, account: Account | None) -> type[AccountForm]:
    """The form for a connector's accounts, with a password field for each credential and a choice for each option."""
    stored = account.credentials if account else {}
    adapter = registry.adapter_class(connector)
    fields: dict[str, Any] = {
        PREFIX + name: forms.CharField(
            label=gettext(label),
            required=name not in adapter.optional_credentials and not stored.get(name),
            widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
            help_text=gettext("Stored. Leave it empty to keep it.") if stored.get(name) else "",
        )
        for name, label in adapter.credential_fields.items()
    }
    fields |= {OPTION + option.name: _option_field(option) for option in adapter.options}
    offered = [name for name in AccountForm.Meta.fields if name != "tells_stock" or tells_stock(connector)]
    meta = type("Meta", (AccountForm.Meta,), {"fields": offered})
    return type("AccountForm", (AccountForm,), {"connector": connector, **fields, "Meta": meta})


def _option_field(option: Option) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext(option.label),
        choices=[(value, gettext(words)) for value, words in option.choices],
        initial=option.choices[0][0],
        widget=UnfoldAdminSelectWidget,
        help_text=gettext(option.hint) if option.hint else "",
    )
