"""Settings: one typed module, read from the environment.

Safe without any: debug is off, the secret key is made once and kept under DATA_DIR, only this machine's
names are served. With ENVIRONMENT=production it refuses to start on anything less than a real deployment's.
"""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

from crm.core.logs import logging_config
from crm.engines.addresses import local_database_url, local_redis_url
from crm.openapi import SPECTACULAR_SETTINGS as OPENAPI
from crm.unfold import UNFOLD  # noqa: F401 - a setting

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
VERSION = "0.1.0"


# Core

ENVIRONMENT = env.str("ENVIRONMENT", default="development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
EVERY_INTERFACE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
PUBLIC_URL = env.str(
    "PUBLIC_URL", default=f"http://{'localhost' if HOST in EVERY_INTERFACE else HOST}:{PORT}"
)
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", HOST]
)


def kept_secret_key() -> str:
    """The secret key of a development checkout: random, made once, readable by its owner only."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        try:
            path.hardlink_to(made)  # of two starts at once the first one's key stays
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="") or ("" if PRODUCTION else kept_secret_key())

if PRODUCTION:
    problems = [
        message
        for message, wrong in (
            ("SECRET_KEY must be set, 50 characters or more", len(SECRET_KEY) < 50),
            ("DEBUG must be off", DEBUG),
            (
                "ALLOWED_HOSTS must name this site's hosts, without '*'",
                not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS,
            ),
            ("DATABASE_URL must be set", not env.str("DATABASE_URL", default="")),
            ("REDIS_URL must be set", not env.str("REDIS_URL", default="")),
            ("PUBLIC_URL must be set: links in mails begin with it", not env.str("PUBLIC_URL", default="")),
        )
        if wrong
    ]
    if problems:
        raise ImproperlyConfigured("ENVIRONMENT=production cannot start: " + "; ".join(problems) + ".")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "corsheaders",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "storages",
    "crm.core",
    "agencies",
    "pricing",
    "leads",
    "analytics",
    "crm.benchmark",
]

MIDDLEWARE = [
    "crm.core.middleware.RequestIdMiddleware",
    "crm.core.middleware.RateLimitHeadersMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.core.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "crm.core.middleware.BusinessTimeMiddleware",
    "crm.core.middleware.SlowPageMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
ASGI_APPLICATION = "crm.asgi.application"
APPEND_SLASH = False  # the API answers with and without, and never by a redirect

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


# Data

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url_config(env.str("DATABASE_URL", default="") or local_database_url(DATA_DIR)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.str("TEST_DATABASE_NAME", default="test_crm")},
    }
}
STATEMENT_TIMEOUT = env.int("STATEMENT_TIMEOUT", default=15)  # seconds
chosen = ["jit=off"]  # compiling takes longer than statements that take milliseconds
if env.str("CRM_PROGRAM", default="") == "web" and STATEMENT_TIMEOUT:  # set by crm.wsgi: jobs take their time
    chosen.append(f"statement_timeout={STATEMENT_TIMEOUT}s")
options = DATABASES["default"].setdefault("OPTIONS", {})
if "host" in options:  # a socket's folder; dbshell looks for it here
    DATABASES["default"]["HOST"] = options.pop("host")
options["options"] = " ".join([options.get("options", ""), *(f"-c {setting}" for setting in chosen)]).strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="") or local_redis_url(DATA_DIR)
CACHES = {
    "default": {
        "BACKEND": "crm.core.redis.OneClientCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env.str("CACHE_PREFIX", default="crm"),
        "OPTIONS": {
            "socket_connect_timeout": 1,
            "socket_timeout": 2,
        },  # a cache that hangs must not hang the site
    }
}

STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if env.str("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
            "access_key": env.str("S3_ACCESS_KEY", default=None),
            "secret_key": env.str("S3_SECRET_KEY", default=None),
            "region_name": env.str("S3_REGION", default=None),
            "addressing_style": "path",
            "signature_version": "s3v4",
            "file_overwrite": False,
        },
    }

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns at every start where it is missing
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION  # production runs collectstatic


# People and security

AUTH_USER_MODEL = "core.User"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "crm.core.backends.EmailOrUsernameBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="demo-mva-2026")

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "crm.core.lockout.PlaceHandler"
AXES_VERBOSE = False
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the 15 minutes of Retry-After are 15 minutes
AXES_USERNAME_CALLABLE = "crm.core.lockout.account_name"
AXES_LOCKOUT_CALLABLE = "crm.core.lockout.locked_answer"

SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])

CORS_ALLOWED_ORIGINS: list[str] = env.list(
    "CORS_ALLOWED_ORIGINS", default=["http://localhost:5173", "http://localhost:3000"]
)
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "authorization",
    "content-type",
    "x-api-key",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "ETag", "Retry-After", "X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Content-Disposition",
]  # fmt: skip

API_BODY_LIMIT = 1024 * 1024
UPLOAD_BODY_LIMIT = 100 * 1024 * 1024
UPLOAD_PATHS = r"/api/leads/import/?|/admin/leads/leadimport/add/"
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    UPLOAD_BODY_LIMIT  # BodyLimitMiddleware refuses earlier, with the API's own error
)


# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["crm.core.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["crm.core.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["crm.core.api.renderers.OrjsonRenderer"],
    "DEFAULT_PAGINATION_CLASS": "crm.core.api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["crm.core.api.filters.StrictFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["crm.core.api.throttling.CallerRateThrottle"],
    "URL_FORMAT_OVERRIDE": None,  # answers are JSON; ?format= is a parameter like any other
    "DEFAULT_THROTTLE_RATES": {
        "caller": env.str("RATE_LIMIT", default="3000/min"),
        "anonymous": env.str("RATE_LIMIT_ANONYMOUS", default="120/min"),
        "sensitive": env.str(
            "RATE_LIMIT_SENSITIVE", default="30/min"
        ),  # where a password or a code could be guessed
    },
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "crm.core.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "UPDATE_LAST_LOGIN": False,
}

SPECTACULAR_SETTINGS = {**OPENAPI, "VERSION": VERSION}


# Work behind the request

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "deliver-events": {"task": "crm.core.tasks.deliver_events", "schedule": 5.0},
    "fold-generation-steps": {"task": "crm.core.tasks.fold_generation_steps", "schedule": 10.0},
    "fold-lead-counts": {"task": "analytics.tasks.fold_lead_counts", "schedule": 10.0},
    "prune-records": {"task": "crm.core.tasks.prune_records", "schedule": 3600.0},
    "resume-lead-imports": {"task": "leads.tasks.resume_lead_imports", "schedule": 60.0},
    "tidy-lead-terms": {"task": "leads.tasks.tidy_lead_terms", "schedule": 86_400.0},
    "renew-agent-figures": {"task": "leads.tasks.renew_agent_figures", "schedule": 60.0},
    "send-due-reports": {"task": "analytics.tasks.send_due_reports", "schedule": 60.0},
    "grade-all-agencies": {"task": "analytics.tasks.grade_all_agencies", "schedule": 600.0},
    "refresh-current-insights": {"task": "analytics.tasks.refresh_current_insights", "schedule": 3600.0},
    "refresh-daily-forecasts": {"task": "analytics.tasks.refresh_daily_forecasts", "schedule": 600.0},
}

EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default=f"filemail:///{DATA_DIR / 'mail'}"
)  # the first three slashes are not the path's
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="MVA CRM <no-reply@localhost>")


# Logs

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"), env.str("LOG_FORMAT", default="json"))


# The business

TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en-us"
BUSINESS_TIME_ZONE = env.str("BUSINESS_TIME_ZONE", default="America/New_York")
try:
    ZoneInfo(BUSINESS_TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError) as error:
    raise ImproperlyConfigured(
        f"BUSINESS_TIME_ZONE: {BUSINESS_TIME_ZONE!r} is no time zone; give a name as America/Chicago."
    ) from error
DEFAULT_PHONE_REGION = env.str("DEFAULT_PHONE_REGION", default="US")
