"""Every setting, from the environment (README has the table). Secure unless DEBUG=1 says that a developer runs it."""

import os
import re
import sys
from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from jobsite import broker
from jobsite.console.look import UNFOLD  # noqa: F401
from jobsite.environment import flag, keys, networks, number, rate, words
from jobsite.home import BASE_DIR, home, load_environment
from jobsite.logs import logging_config

load_environment()

DEBUG = flag("DEBUG")
JOBSITE_HOME: Path = home()

# mypy, makemigrations and the API description need settings, but no secret: they never serve anyone.
_OFFLINE = flag("JOBSITE_OFFLINE") or "mypy" in Path(sys.argv[0]).name

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY and (DEBUG or _OFFLINE):
    SECRET_KEY = "insecure-" + "offline-or-debug" * 3
if not SECRET_KEY or (SECRET_KEY.startswith(("insecure", "django-insecure")) and not (DEBUG or _OFFLINE)):
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or insecure: start with bin/run, which makes one, or set it to 50 random characters"
    )
if len(SECRET_KEY) < 32 and not DEBUG:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters: take 50 random ones")

# For parameters that actions declare as secret. The first encrypts; those after it still decrypt.
PARAMETERS_KEYS = keys("PARAMETERS_KEY")

ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
if "*" in ALLOWED_HOSTS and not DEBUG:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS=* is open to Host header attacks: name the hosts, or set DEBUG=1 on a developer's machine"
    )
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
# Web pages of these may call /api/v1.0 with a token.
CORS_ORIGINS = words("CORS_ORIGINS")
if any(
    not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?", o) for o in CORS_ORIGINS
):
    raise ImproperlyConfigured("CORS_ORIGINS holds what is no origin: write https://console.example, without a path")
TLS = flag("TLS")

# The apps whose `actions.py` holds what jobs can run.
ACTION_APPS = words("JOBSITE_APPS", "examples")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    # Without its autodiscovery: urls.py asks for the pages, which workers, beats and commands do without.
    "django.contrib.admin.apps.SimpleAdminConfig",
    # Before Django's, whose commands it audits.
    "jobsite.access",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "workers",
    "locks",
    "jobs",
    "jobsite.console",
    "jobsite.up",
    *ACTION_APPS,
]

MIDDLEWARE = [
    # Outermost: errors and preflights bear their headers too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jobsite.headers.ContentSecurityPolicy",
    # Outside the envelope: a page of another origin may read errors too.
    "jobsite.api.v1.cors.Cors",
    "jobsite.api.v1.middleware.ErrorEnvelope",
    "jobsite.api.v0.middleware.ErrorEnvelope",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "jobsite.lengths.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "jobsite.urls"
WSGI_APPLICATION = "jobsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# A worker stops its jobs when it can not renew its lease, so no wait on the database may outlast it.
LEASE = timedelta(seconds=number("LEASE_SECONDS", 15, at_least=6))
# Others may pass a job for so long that fits a worker's total but not what is free there; then it is kept free for it.
# More than two looks: a worker that is about to have room takes the job first.
HOLD_AFTER = timedelta(seconds=number("HOLD_AFTER_SECONDS", 5, at_least=1))
_TIMEOUT_MS = int(LEASE.total_seconds() * 1000 / 3)
_DATABASE = dj_database_url.parse(os.environ.get("DATABASE_URL") or "postgres://localhost/jobsite", conn_max_age=60)
_DATABASE["CONN_HEALTH_CHECKS"] = True
_DATABASE["OPTIONS"] = _DATABASE.get("OPTIONS", {}) | {
    "connect_timeout": max(2, _TIMEOUT_MS // 1000),
    "keepalives_idle": max(1, _TIMEOUT_MS // 2000),
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": _TIMEOUT_MS,
    "options": f"-c statement_timeout={_TIMEOUT_MS} -c lock_timeout={_TIMEOUT_MS} "
    f"-c idle_in_transaction_session_timeout={_TIMEOUT_MS}",
}
DATABASES = {"default": _DATABASE}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server: postgres://user:password@host:5432/name")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

BROKER_URL = os.environ.get("BROKER_URL") or "redis://localhost:6379/0"
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(BROKER_URL)
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
# Celery tasks of an app's own run in the spare slots.
CELERY_TASK_DEFAULT_QUEUE = "default"
# A job waits in the database, where any free slot finds it, and never behind a long one in a worker's memory.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = broker.is_redis(BROKER_URL)
# Who reaches the broker could otherwise shut workers down.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
# A new slot connects to the database before it says that it is up.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 15.0
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "jobs.scheduler:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5

AUTHENTICATION_BACKENDS = ["jobsite.access.backend.OneQueryBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LANGUAGE_CODE = "en-us"
# Times on pages: UTC, with seconds.
FORMAT_MODULE_PATH = ["jobsite.formats"]
# Unfold's login form does not say where to go next.
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = JOBSITE_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = number("MAX_BODY_BYTES", 2_621_440, at_least=1024)

# Requests of each user, or, before a login, of each address; None is no limit.
THROTTLE = rate("THROTTLE")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "jobsite.access.authentication.BasicLogin",
        "jobsite.access.authentication.BearerLogin",
        "jobsite.access.authentication.SessionLogin",
    ],
    # A view that names no permission is open to nobody.
    "DEFAULT_PERMISSION_CLASSES": [
        "jobsite.access.permissions.WithinThrottle",
        "jobsite.access.permissions.HasNeeded",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["jobsite.api.strict_json.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "jobsite.api.openapi.Schema",
    # `?format=` is no parameter of ours.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "jobsite",
    "DESCRIPTION": "Jobs, workers, crons and locks, in the dialect of Mirantis Secure Registry.",
    # What clients of the original look for.
    "VERSION": "2.6.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v0",
    "PREPROCESSING_HOOKS": ["jobsite.api.openapi.below_prefix", "jobsite.api.openapi.without_trailing_slash"],
    "POSTPROCESSING_HOOKS": [],
}
# Where the description of /api/v1.0 differs.
SPECTACULAR_V1 = {
    "DESCRIPTION": "Jobs and locks in the dialect of CNaaS-NMS. Filters: `filter[ATTR]=v`, `filter[ATTR][OP]=v`.",
    "VERSION": "1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1.0",
}

# What jobs get unless their submission or their action says otherwise.
STOP_TIMEOUT = timedelta(seconds=number("STOP_TIMEOUT_SECONDS", 30))
# A lock's holder that neither logs nor reports progress for so long is shown as stuck.
LOCK_SILENT = timedelta(seconds=number("LOCK_SILENT_SECONDS", 600, at_least=1))
MAX_LOG_LINES = number("MAX_LOG_LINES", 100_000, at_least=1)
COMMANDS_FILE = os.environ.get("JOBSITE_COMMANDS", "")
WEBHOOK_ALLOW = words("WEBHOOK_ALLOW")
WEBHOOK_SECRET = os.environ.get("WEBHOOK_SECRET", "")
EXACT_COUNT_CAP = number("EXACT_COUNT_CAP", 10_000, at_least=1)
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(f"LOG_LEVEL={LOG_LEVEL!r}: use DEBUG, INFO, WARNING or ERROR")
LOGGING = logging_config(LOG_LEVEL)
