"""What every test may use."""

import os

# Settings read these when pytest-django imports them; the service plugin has set DATABASE_URL and REDIS_URL by then.
os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE=")
