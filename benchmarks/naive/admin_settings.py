"""Our settings with Django's own admin: no theme, no screens of ours."""

from config.settings import *  # noqa: F403 - the usual way to vary settings
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig" if app == "django.contrib.admin" else app
    for app in INSTALLED_APPS
    if not app.startswith("unfold")
]
ROOT_URLCONF = "benchmarks.naive.admin"
