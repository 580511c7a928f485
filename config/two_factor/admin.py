"""Whoever manages the users takes a lost second factor away, so that the user sets up another."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from config.two_factor.models import Authenticator
from orders.admin import extensions


@admin.action(description=_("Reset the second factor"), permissions=["change"])
def reset(model_admin: Any, request: HttpRequest, queryset: QuerySet[User]) -> None:
    users = [user for user in queryset if model_admin.has_change_permission(request, user)]
    with_factor = set(Authenticator.objects.filter(user__in=users).values_list("user_id", flat=True))
    Authenticator.objects.filter(user__in=with_factor).delete()
    for user in users:
        if user.pk in with_factor:
            model_admin.log_change(request, user, gettext("Second factor reset"))
    words = ngettext(
        "The second factor of %(n)s user is reset: after the password they set up another.",
        "The second factor of %(n)s users is reset: after the password they set up another.",
        len(with_factor),
    )
    messages.success(request, words % {"n": len(with_factor)})


extensions.user_actions.append(reset)
