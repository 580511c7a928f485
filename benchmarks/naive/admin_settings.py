"""Our settings with Django's own admin: no theme, no screens of ours."""

from config.settings import *  # noqa: F403 - the usual way to vary settings
from config.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig" if app == "django.contrib.admin" else app
    for app in INSTALLED_APPS
    if not app.startswith("unfold")
]
#: It has no page for a second factor.
MIDDLEWARE = [name for name in MIDDLEWARE if name != "config.two_factor.gate.Gate"]
ROOT_URLCONF = "benchmarks.naive.admin"
