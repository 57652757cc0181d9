"""Settings, all of them from the environment; docs/settings.md has the table.

`LANYARD_MODE` is `production` (the default), `demo` (what bin/run sets) or `test` (what bin/test
sets). In production, what is unsafe or missing is refused at start with a sentence.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from whitenoise.compress import Compressor

from tms import logs
from tms.environment import (
    database_from,
    flag,
    mailer_from,
    number,
    redis_from,
    single_sign_on_from,
    unsafe,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("LANYARD_VAR", BASE_DIR / "var"))
MODE = os.environ.get("LANYARD_MODE", "production")
PRODUCTION = MODE == "production"
TESTING = MODE == "test"

if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("LANYARD_MODE is production, demo or test.")

DEBUG = flag("DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY", "" if PRODUCTION else "demonstration-only-not-secret")
SITE_URL = os.environ.get("SITE_URL", "" if PRODUCTION else "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "" if PRODUCTION else "*").replace(",", " ").split()
# The address under which SCORM packages run apart from the site: another host name that leads here.
# Without it they run under the site's own, in a sandbox.
CONTENT_URL = os.environ.get("CONTENT_URL", "").rstrip("/")
CONTENT_HOST = urlsplit(CONTENT_URL).netloc
if CONTENT_HOST:
    if urlsplit(SITE_URL).netloc == CONTENT_HOST:
        raise ImproperlyConfigured("CONTENT_URL names the site's own host. Use another host name.")
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, urlsplit(CONTENT_URL).hostname]
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []

if PRODUCTION and (
    found := unsafe(
        secret_key=SECRET_KEY,
        hosts=ALLOWED_HOSTS,
        debug=DEBUG,
        site_url=SITE_URL,
        metrics_token=os.environ.get("METRICS_TOKEN") or "",
    )
):
    raise ImproperlyConfigured(
        "Lanyard does not start like this in production.\n" + "\n".join(found)
    )

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "django_prose_editor",
    "lucide",
    "pgtrigger",
    "pghistory",
    "tms",
    "catalog",
    "crm",
    "passes",
    "tokens",
    "lms",
    "comms",
]

MIDDLEWARE = [
    "tms.health.Health",
    "tms.watch.requests.Requests",
    "tms.edge.Headers",
    "tms.programs.frame.Plain",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tms.packing.Packed",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "lms.scorm.origin.Apart",
    "tms.programs.frame.Frame",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tms.edge.Kept",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tms.audit.Middleware",
    "tms.edge.Edge",
    "tms.languages.Middleware",
    "tms.people.doors.Doors",
    "crm.doubles.Middleware",
]

CSRF_FAILURE_VIEW = "tms.ui.errors.too_old"
ROOT_URLCONF = "tms.urls"
WSGI_APPLICATION = "tms.wsgi.application"
FORM_RENDERER = "tms.ui.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tms.ui.shell.shell",
            ],
            "builtins": ["tms.ui.templatetags.ui"],
            "libraries": {"people": "tms.people.browsers", "i18n": "tms.ui.templatetags.words"},
        },
    },
]

# Two roles: the owner migrates, the application works with a role that can't rewrite history.
# Where DATABASE_OWNER_URL is not set, the one role of DATABASE_URL does both.
DATABASE_URL = os.environ.get("DATABASE_URL") or "postgresql:///lanyard"
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or ""
AS_OWNER = flag("LANYARD_AS_OWNER", default=TESTING)
# A page that takes longer than this is a bug, and must not hold up the others. Migrations, the
# nightly run and jobs take their time.
WEB_LIMITS = {
    "statement_timeout": 15_000,
    "lock_timeout": 3_000,
    "idle_in_transaction_session_timeout": 30_000,
    # The statements of pages are made for one plan (tms.compiled). Left to itself the database
    # thinks some of them worth planning anew each time, which takes longer than all they do.
    "plan_cache_mode": "force_generic_plan",
}
DATABASES = {
    "default": database_from(
        (DATABASE_OWNER_URL if AS_OWNER else "") or DATABASE_URL,
        limits=WEB_LIMITS if os.environ.get("LANYARD_PROCESS") == "web" else None,
    )
}
application = database_from(DATABASE_URL)
DATABASE_ROLE = application["USER"] if DATABASE_OWNER_URL else ""
DATABASE_ROLE_PASSWORD = application["PASSWORD"] or None
# Tables that the application's role may add to and read, and nothing else.
APPEND_ONLY_TABLES = ["journal", "audit", "tokens_ledgerentry"]
# A role that may read the views of the schema `reporting`, and nothing else.
REPORTING_ROLE = os.environ.get("REPORTING_ROLE") or ""
REPORTING_PASSWORD = os.environ.get("REPORTING_PASSWORD") or None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

REDIS = redis_from(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS.cache,
        "KEY_PREFIX": "lanyard",
    }
}
if TESTING:  # one process, and emptied before each test
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
# How many calls a minute one API key may make.
API_CALLS_PER_MINUTE = number("API_CALLS_PER_MINUTE", default=600)
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_SAVE_EVERY_REQUEST = False
# A browser takes what is called so from this host alone, and over TLS.
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
MESSAGE_STORAGE = "tms.ui.cookies.Passing"

# How many proxies of ours stand before the web process. They tell by X-Forwarded-Proto and
# X-Forwarded-For what came to them; with 0 both headers are ignored, for anyone could send them.
PROXIES = number("PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = number("HSTS_SECONDS", default=31_536_000) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
# Preloading (W021) is a promise for a whole domain; who owns it makes it, not a program on it.
# "i18n" is there twice: Django's, and ours in its place (tms.ui.templatetags.words).
SILENCED_SYSTEM_CHECKS = ["security.W021", "templates.W003"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

MAILERS = {"default": mailer_from(os.environ.get("MAIL_URL", ""))}
# The mailbox that takes what comes back of messages: box@domain becomes box+m12-…@domain.
BOUNCES_TO = os.environ.get("BOUNCES_TO", "")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("MAIL_FROM") or "Lanyard <lanyard@localhost>"

LOG_FORMAT = os.environ.get("LOG_FORMAT") or ("json" if PRODUCTION else "line")
if LOG_FORMAT not in {"json", "line"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is json or line, not {LOG_FORMAT!r}.")
LOGGING = logs.configuration(
    form=LOG_FORMAT, level=os.environ.get("LOG_LEVEL") or "INFO", quiet=not PRODUCTION
)
SLOW_REQUEST_MS = number("SLOW_REQUEST_MS", default=1000)

# Figures for Prometheus under /metrics, for who sends this token; without one there are none.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN") or ""
# Where the web processes of one server add up what they counted; of no other server.
METRICS_DIR = Path(os.environ.get("METRICS_DIR") or VAR_DIR / "metrics")

CELERY_BROKER_URL = REDIS.broker
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A broker that is away must not hold up a page: the work is a row, and is asked for again.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}

AUTH_USER_MODEL = "tms.User"
AUTHENTICATION_BACKENDS = ["tms.people.backend.Backend"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tms.people.passwords.OurWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
# Whether the first page asks for the code that `manage.py set_up_code` prints.
ASKS_SET_UP_CODE = PRODUCTION
INITIAL_SECOND_FACTOR = "required" if PRODUCTION else "offered"
PASSWORD_RESET_TIMEOUT = 60 * 60

ACCOUNT_ADAPTER = "tms.people.adapter.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "tms.people.forms.name.Name"
ACCOUNT_FORMS = {
    "login": "tms.people.forms.signing_in.SignIn",
    "signup": "tms.people.forms.signing_in.SignUp",
    "add_email": "tms.people.forms.signing_in.NewAddress",
    "change_password": "tms.people.forms.signing_in.ChangePassword",
    "set_password": "tms.people.forms.signing_in.SetPassword",
    "reset_password": "tms.people.forms.signing_in.ForgottenPassword",
    "reset_password_from_key": "tms.people.forms.signing_in.ResetPassword",
    "confirm_email_verification_code": "tms.people.forms.signing_in.AddressCode",
    "reauthenticate": "tms.people.forms.signing_in.PasswordAgain",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Passwords are throttled by tms.people.throttle; this is for codes of the second factor.
ACCOUNT_RATE_LIMITS = {"login_failed": "50/15m/ip,5/15m/key", "login": "60/m/ip"}
MFA_ADAPTER = "tms.people.second_factor.SecondFactors"
MFA_FORMS = {
    "authenticate": "tms.people.forms.second_factor.Code",
    "reauthenticate": "tms.people.forms.second_factor.CodeAgain",
    "activate_totp": "tms.people.forms.second_factor.ActivateApp",
    "add_webauthn": "tms.people.forms.second_factor.AddPasskey",
    "edit_webauthn": "tms.people.forms.second_factor.NamePasskey",
    "signup_webauthn": "tms.people.forms.second_factor.FirstPasskey",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

# Single sign-on with OpenID Connect, if the environment names a server.
SOCIALACCOUNT_ADAPTER = "tms.people.single_sign_on.SingleSignOn"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS, SINGLE_SIGN_ON = single_sign_on_from(os.environ)

# What goes before a `migrate` and is made anew after it: receivers of pre_ and post_migrate.
BEFORE_MIGRATE = ["tms.reporting.making.before_migrate"]
AFTER_MIGRATE = [
    "tms.people.roles.sync_after_migrate",
    "crm.stages.make_defaults_after_migrate",
    "tms.recording.install_after_migrate",
    "tms.reporting.making.after_migrate",
    "comms.ladder.make_after_migrate",
]

# The audit trail's triggers are declared in tms/recorded.py and made after every `migrate`, so
# that no migration has to carry them; who and from where stands beside every change as JSON.
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_SCHEMA_EDITOR = False
PGHISTORY_JSON_ENCODER = "tms.audit.Encoder"

# What follows a confirmed address, each called with (user=, email=, at=).
PERSON_CONFIRMED = ["crm.people.link_confirmed"]

# What a new installation needs, each called with (currency=, region=, by=, at=, on=).
FIRST_STEPS = [
    "catalog.setup.first_region",
    "crm.stages.name_defaults",
    "comms.ladder.say_in_language",
]

# What the verbs of one floor set off on a floor above it, in this order.
CONSEQUENCES = [
    "catalog.sessions.follow_zone",
    "crm.teaching.follow",
    "lms.waiting.follow",
    "lms.transferring.follow_cancelled",
    "lms.places.release_uncovered",
    "lms.rescheduling.follow",
    "lms.calling_off.refund_cards",
    "lms.held.follow",
    "lms.credited.follow",
    "lms.credited.follow_passes",
    "lms.credited_packs.follow",
    "lms.requests.follow",
    "lms.copying.follow",
]
# What these need to lock before the verb does: called with (kind, ids) as it begins.
LOCKS_AHEAD = ["lms.places.hold_payers", "lms.requests.hold"]

# Who says which messages it sets off, what a dialog is about to do: a module with `possible()`,
# `by(at)` and `by_issuing(passes, at)`.
MESSAGES = "comms.setting_off"

# What an opportunity can be interested in, in the order of the menu, each a `crm.offers.Offer`.
OFFERS = [
    "lms.offers.COURSES",
    "lms.offers.PATHS",
    "passes.offers.PASSES",
    "tokens.offers.TOKENS",
    "tokens.offers_packs.PACKS",
]

# What messages can be timed against, each a module with `TARGET` and `OCCASIONS`.
OCCASIONS = [
    "passes.occasions",
    "tokens.occasions",
    "lms.occasions",
    "crm.occasions",
    "lms.occasions_content",
    "lms.occasions_waiting",
    "lms.occasions_certificate",
    "lms.occasions_assignment",
]

# Who pays an amount of a unit that isn't money, by the unit's kind; each called with
# (unit, amount, account_id=, contact_id=, purpose=, at=, on=, by=, ...).
PAYERS = {"token": "tokens.ledger.pay"}

# Who takes money online: one of these, by name, or nobody. The trial takes none, and says so.
PAYMENT_PROVIDERS = {
    "trial": "lms.payments.trial.Trial",
    "stripe": "lms.payments.stripe.Stripe",
}
PAYMENT_PROVIDER = os.environ.get("PAYMENT_PROVIDER", "trial" if MODE == "demo" else "")
if PAYMENT_PROVIDER and PAYMENT_PROVIDER not in PAYMENT_PROVIDERS:
    raise ImproperlyConfigured(
        f"PAYMENT_PROVIDER is one of {', '.join(PAYMENT_PROVIDERS)}, or empty: "
        f"not {PAYMENT_PROVIDER!r}."
    )
if (
    PRODUCTION
    and PAYMENT_PROVIDER == "trial"
    and not flag("PAYMENT_TRIAL_IN_PRODUCTION", default=False)
):
    raise ImproperlyConfigured(
        "PAYMENT_PROVIDER=trial takes no money, and gives places for it. "
        "PAYMENT_TRIAL_IN_PRODUCTION=1 says that it is meant."
    )
STRIPE_API = os.environ.get("STRIPE_API") or "https://api.stripe.com"
STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY") or ""
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET") or ""
if PAYMENT_PROVIDER == "stripe" and not (STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET):
    raise ImproperlyConfigured(
        "PAYMENT_PROVIDER=stripe needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET."
    )
if PRODUCTION and not STRIPE_API.startswith("https://"):
    raise ImproperlyConfigured("STRIPE_API begins with https://.")
# How many minutes a seat is held while somebody pays, and how many at once for one learner.
PAYMENT_HOLD_MINUTES = number("PAYMENT_HOLD_MINUTES", default=30)
PAYMENT_HOLDS = number("PAYMENT_HOLDS", default=3)

# Who holds what about a person: asked in this order when they are exported or erased. What takes
# something from them comes first, while they still have a name.
PERSONAL = [
    "passes.personal",
    "tokens.personal",
    "lms.personal",
    "catalog.personal",
    "comms.personal",
    "crm.personal_tasks",
    "crm.personal_sales",
    "crm.personal",
    "crm.personal_teaching",
    "tms.people.personal",
]

# Who moves what, when two contacts or two accounts are merged: modules with `accounts(merge)` and
# `follow(merge)`, in this order, after what crm itself moves (crm.merging).
MERGES = ["passes.merging", "tokens.merging", "lms.merging", "comms.merging"]

# What the nightly run calls, in this order, each with (on=, at=).
NIGHTLY = [
    "passes.expiring.record_expired",
    "tokens.expiring.write_off",
    "tms.programs.feed.forget",
    "comms.retention.forget",
    "lms.scorm.packages.forget",
    "tms.people.cleaning.nightly",
    "tms.reporting.checking.nightly",
]

# ClamAV's clamd, which looks at every file that is sent: `host:port`, or the path of its socket.
VIRUS_SCANNER = os.environ.get("VIRUS_SCANNER") or ""

# How large a SCORM package may be: megabytes as a zip and unpacked, files, times its packed size.
SCORM_PACKED_MB = number("SCORM_PACKED_MB", default=500)
SCORM_UNPACKED_MB = number("SCORM_UNPACKED_MB", default=2048)
SCORM_FILES = number("SCORM_FILES", default=20_000)
SCORM_RATIO = number("SCORM_RATIO", default=100)

# Whether webhooks may go to addresses inside private networks, and by plain http.
WEBHOOKS_PRIVATE_ADDRESSES = flag("WEBHOOKS_PRIVATE_ADDRESSES", default=False)

# What the operations page, the metrics and /readyz?all ask, each with (at=).
WATCHED = [
    "tms.watch.machinery.database",
    "tms.watch.machinery.migrations",
    "tms.watch.machinery.broker",
    "tms.watch.machinery.scheduler",
    "tms.watch.machinery.worker",
    "tms.watch.work.night",
    "tms.watch.work.waiting_work",
    "tms.watch.work.parked_work",
    "tms.watch.work.mail",
    "comms.watched.firing",
    "comms.watched.delivering",
    "tms.programs.watched.webhooks",
    "lms.payments.watched.payments",
    "tms.watch.work.invariants",
    "tms.watch.work.backup",
    "tms.watch.machinery.disk",
    "tms.watch.machinery.clocks",
]
# A file that the script which makes backups touches; `manage.py backup_done` says the same.
BACKUP_STAMP = os.environ.get("BACKUP_STAMP") or ""
BACKUP_HOURS = number("BACKUP_HOURS", default=26)

LANGUAGE_CODE = "en"
# A language is offered once all of its texts are translated; days, numbers and money follow it.
# Each is called by its own name, so that who reads nothing else finds it.
LANGUAGES = [("en", "English"), ("en-us", "English (United States)"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "tms" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", VAR_DIR / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "tms.assets.Storage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Besides what is compressed already: maps of other people's scripts, which only a debugger reads.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", *Compressor.SKIP_COMPRESS_EXTENSIONS)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING or DEBUG
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", VAR_DIR / "media"))
MEDIA_URL = "files/"

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    # The hash is that of what the editor of rich text writes into a page it is on.
    "style-src": [CSP.SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF, *filter(None, [CONTENT_URL])],
    "form-action": [CSP.SELF, *SINGLE_SIGN_ON],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
