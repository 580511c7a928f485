"""Our settings with Django's own defaults for connections."""

from config.settings import *  # noqa: F403 - the usual way to vary settings
from config.settings import DATABASES

DATABASES["default"].pop("OPTIONS")
