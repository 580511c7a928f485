"""Users and groups: who may do what, in words instead of Django's permission names."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from orders.admin import extensions
from orders.admin.screen import BaseAdmin, column
from orders.admin.watched import Watched, WatchedForm
from orders.templatetags.badges import badge

admin.site.unregister(User)
admin.site.unregister(Group)

DEEDS = {"view": _("see"), "add": _("create"), "change": _("change and act"), "delete": _("delete")}
#: Permissions that are no plain deed on a thing.
WORDS = {
    "invoice_order": _("Orders: invoice"),
    "ship_order": _("Orders: ship, deliver and receive returns"),
    "cancel_order": _("Orders: cancel, answer buyers, returns, resolve attention"),
    "note_order": _("Orders: write notes"),
    "view_buyer": _("Buyers' personal data: see always"),
    "reveal_buyer": _("Buyers' personal data: see after giving a reason"),
    "view_logentry": _("What people did: see"),
    "view_disclosure": _("Personal data shown: see"),
}
#: What the back office's screens ask for; other permissions would open nothing.
OFFERED = (
    "view_order",
    "change_order",
    *WORDS,
    "view_stockitem",
    "change_stockitem",
    "view_channelupdate",
    "change_channelupdate",
    "view_inboundmessage",
    "change_inboundmessage",
    "view_account",
    "add_account",
    "change_account",
    "view_apikey",
    "add_apikey",
    "change_apikey",
    "view_user",
    "add_user",
    "change_user",
    "delete_user",
    "view_group",
    "add_group",
    "change_group",
    "delete_group",
)


def offered_permissions() -> QuerySet[Permission]:
    apps = ("orders", "marketplaces", "auth", "admin")
    return (
        Permission.objects.filter(codename__in=OFFERED, content_type__app_label__in=apps)
        .select_related("content_type")
        .order_by("content_type__app_label", "content_type__model", "id")
    )


class PermissionsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def label_from_instance(self, permission: Any) -> str:
        if permission.codename in WORDS:
            return str(WORDS[permission.codename])
        deed = DEEDS[permission.codename.partition("_")[0]]
        model = permission.content_type.model_class()
        things = model._meta.verbose_name_plural if model else permission.content_type.model
        return f"{capfirst(things)}: {deed}"


class WatchedUserForm(WatchedForm, UserChangeForm):
    """Its password, too: a form that was open while somebody locked an account out would let it in again."""


@admin.register(User)
class UserAdmin(Watched, BaseUserAdmin, BaseAdmin[User]):  # type: ignore[type-arg]  # not generic when it runs
    form = WatchedUserForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "username",
        "whole_name",
        column("email", _("E-mail")),
        "access",
        column("last_login", _("Last access")),
    )
    list_filter = ()
    search_fields = ("username", "first_name", "last_name", "email")
    search_help_text = _("Name or e-mail")
    ordering = ("username",)
    filter_horizontal = ()
    actions = extensions.user_actions
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2")}),)

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            return forms.ModelMultipleChoiceField(
                label=_("Groups"),
                queryset=Group.objects.order_by("name"),
                required=False,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
                help_text=_("A user may do what any of the groups may do."),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only who may do everything makes others so."""
        return () if request.user.is_superuser else ("is_superuser",)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_delete_permission(request, obj)

    @admin.display(description=_("Name"))
    def whole_name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @admin.display(description=_("Access"))
    def access(self, user: User) -> SafeString:
        if not user.is_active:
            return badge(_("Blocked"), "ended")
        if user.is_superuser:
            return badge(_("Everything"), "warning")
        return badge(_("By groups"), "good") if user.is_staff else badge(_("No access"), "ended")


@admin.register(Group)
class GroupAdmin(Watched, BaseGroupAdmin, BaseAdmin[Group]):
    search_fields = ()
    filter_horizontal = ()
    empty_title = _("No groups yet")
    empty_text = _("A group says once what its users may do, for example invoice and ship.")

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "permissions":
            return PermissionsField(label=_("Allowed to"), queryset=offered_permissions(), required=False)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
