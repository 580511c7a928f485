"""Settings of every environment: one file, each difference an environment variable (docs/configuration.md)."""

from datetime import timedelta
from pathlib import Path

from config import brokers, logs, observing
from config.backoffice import UNFOLD as UNFOLD  # Django reads it here
from config.environment import POSTGRES, RABBIT, REDIS, database, env, env_int, env_list, env_seconds, env_url
from config.headers import STRICT

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env("DEBUG", "0") == "1"
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
#: Fernet keys, newest first: the first encrypts, all decrypt.
FIELD_ENCRYPTION_KEYS = env_list("FIELD_ENCRYPTION_KEYS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
#: How the outside reaches this hub, for example https://hub.example.com: what marketplaces are told to call, and sign.
PUBLIC_URL = env("PUBLIC_URL", "").rstrip("/")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "orders",
    "marketplaces",
    "warehouse",
    "config",
    "config.two_factor",
]
MIDDLEWARE = [
    "config.requests.Requests",
    "django.middleware.security.SecurityMiddleware",
    "config.headers.Headers",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.replica.Replica",
    "config.language.Language",
    "config.bodies.Bodies",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.two_factor.gate.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database(env_url("DATABASE_URL", *POSTGRES))}
if DATABASE_REPLICA_URL := env_url("DATABASE_REPLICA_URL", *POSTGRES, default=""):
    DATABASES["replica"] = database(DATABASE_REPLICA_URL, name="DATABASE_REPLICA_URL")
    DATABASES["replica"]["OPTIONS"]["pool"]["timeout"] = 1  # config/replica.py goes elsewhere then
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["orders.replica.Router"]
#: Seconds by which the replica may be behind and still be read.
DATABASE_REPLICA_LAG = env_seconds("DATABASE_REPLICA_LAG", 10)
REDIS_URL = env_url("REDIS_URL", *REDIS)
#: Where tasks are queued; the rate limits of the marketplaces stay in Redis.
BROKER_URL = env_url("BROKER_URL", *REDIS, *RABBIT, default="") or REDIS_URL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

#: Guessing passwords: after so many failures a name waits, at the address that they came from. Kept in PostgreSQL.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "config.callers.login_address"
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

#: A day's work; a session ends at once everywhere when its user's password changes (django.contrib.auth does that).
SESSION_COOKIE_AGE = 12 * 3600

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", "Português"), ("en", "English")]
LOCALE_PATHS = [
    BASE_DIR / "config" / "locale",
    BASE_DIR / "config" / "unfold_locale",
    # A connector may bring the translations of what it alone says.
    *sorted(BASE_DIR.glob("marketplaces/connectors/*/locale")),
]
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "static/"
STATIC_ROOT = env("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = True

SECURE_SSL_REDIRECT = env("HTTPS", "0") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_SSL_REDIRECT else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
#: Must everybody in the back office have a second factor? Who has one proves it anyway.
REQUIRE_TWO_FACTOR = env("REQUIRE_TWO_FACTOR", "1" if SECURE_SSL_REDIRECT else "0") == "1"
X_FRAME_OPTIONS = "DENY"
#: config/headers.py; Django itself sends Referrer-Policy and Cross-Origin-Opener-Policy: same-origin.
CONTENT_SECURITY_POLICY = {"DIRECTIVES": STRICT}

#: Proxies of our own in front of this hub: as many addresses at the end of X-Forwarded-For are believed.
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)
#: Hosts that our webhooks may reach though they stand in a private network, or speak no HTTPS.
WEBHOOK_ALLOWED_HOSTS = [host.lower() for host in env_list("WEBHOOK_ALLOWED_HOSTS")]
#: Of one API key; 0 is no limit.
API_REQUESTS_PER_MINUTE = env_int("API_REQUESTS_PER_MINUTE", 6000)
#: Requests of a web process that may wait for a change at the same time; fewer than its threads.
API_WAITERS = env_int("API_WAITERS", 2)

#: Of one request to the back office; the API and webhooks take less (config/bodies.py).
UPLOAD_MAX_MB = env_int("UPLOAD_MAX_MB", 50)
#: NF-e files of one upload (orders/admin/invoice_files.py); Django's own limit is 100.
DATA_UPLOAD_MAX_NUMBER_FILES = 500

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["orders.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["orders.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["warehouse.rate.PerKey"],
    "EXCEPTION_HANDLER": "orders.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Despacho",
    "DESCRIPTION": "The warehouse's door to the order hub.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "orders.api.links.complete"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "orders.words.STATUS_CHOICES",
        "ChangeKind": "orders.models.OrderEvent.Kind",
        "UpdateKind": "orders.models.ChannelUpdate.Kind",
    },
}

# Celery: every option below answers a failure that was measured; docs/decisions/0004 tells which.
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_USE_SSL = brokers.tls(BROKER_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A request waits about a second at most, and has no time for heartbeats; config/celery.py gives workers more of both.
CELERY_BROKER_TRANSPORT_OPTIONS = brokers.transport_options(BROKER_URL, seconds=brokers.request_seconds(BROKER_URL))
CELERY_BROKER_CONNECTION_TIMEOUT = brokers.request_seconds(BROKER_URL)
CELERY_BROKER_HEARTBEAT = 0
CELERY_TASK_PUBLISH_RETRY_POLICY = brokers.publish_policy(BROKER_URL)
CELERY_TASK_DEFAULT_QUEUE = "control"
CELERY_TASK_DEFAULT_QUEUE_TYPE = CELERY_TASK_CREATE_MISSING_QUEUE_TYPE = brokers.queue_type(BROKER_URL)
CELERY_TASK_DEFAULT_EXCHANGE_TYPE = brokers.exchange_type(BROKER_URL)
CELERY_TASK_CREATE_MISSING_QUEUE_EXCHANGE_TYPE = CELERY_TASK_DEFAULT_EXCHANGE_TYPE
CELERY_TASK_ROUTES = ["marketplaces.queues.route"]
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
#: Names of connectors whose pulls and pushes have queues of their own: pull.<name>, push.<name>.
MARKETPLACE_QUEUES = frozenset(env_list("MARKETPLACE_QUEUES"))

#: From one pull of an account to the next; empty: what its connector says (SkyHub 15).
PULL_SECONDS = env_seconds("PULL_SECONDS", 0) or None

#: What is kept for how long (docs/privacy.md); 0 is for ever.
PERSONAL_DATA_KEPT_DAYS = env_int("PERSONAL_DATA_KEPT_DAYS", 1826)
MESSAGES_KEPT_DAYS = env_int("MESSAGES_KEPT_DAYS", 90)
ATTEMPTS_KEPT_DAYS = env_int("ATTEMPTS_KEPT_DAYS", 365)

#: Prometheus sends it as a Bearer token; without it /metrics answers this machine alone.
METRICS_TOKEN = env("METRICS_TOKEN", "")
LOGGING = logs.configuration(json_lines=logs.as_json(env("LOG_JSON", "")), level=env("LOG_LEVEL", "INFO"))
observing.start(env("SENTRY_DSN", ""))
#: A collector's address, to which traces go (config/apps.py begins).
OTEL_EXPORTER_OTLP_ENDPOINT = env("OTEL_EXPORTER_OTLP_ENDPOINT", "")
