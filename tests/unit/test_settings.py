"""Settings that are insecure or unreadable refuse to start, and say what would be right."""

import ast
import os
import subprocess
import sys

import pytest

from jobsite.home import BASE_DIR

pytestmark = pytest.mark.slow

GOOD = {"SECRET_KEY": "k" * 50, "JOBSITE_HOME": "/nonexistent"}
SET_HERE = (
    "DATABASE_URL",
    "BROKER_URL",
    "SECRET_KEY",
    "PARAMETERS_KEY",
    "JOBSITE_HOME",
    "DJANGO_SETTINGS_MODULE",
    "JOBSITE_OFFLINE",
)


def _start(print_it: str = "DEBUG", **environ: str) -> subprocess.CompletedProcess[str]:
    """Settings are read once, so each try is a process of its own."""
    clean = {key: value for key, value in os.environ.items() if key not in SET_HERE}
    command = [sys.executable, "-c", f"from jobsite import settings; print(settings.{print_it})"]
    return subprocess.run(command, cwd=BASE_DIR, env={**clean, **environ}, text=True, capture_output=True, check=False)


def test_good_settings_start() -> None:
    done = _start(**GOOD)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing or insecure: start with bin/run"),
        ({"SECRET_KEY": "insecure-" + "k" * 50}, "SECRET_KEY is missing or insecure"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 32 characters"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS=* is open to Host header attacks"),
        ({"DEBUG": "maybe"}, "DEBUG='maybe' is not a yes or no: use 1 or 0"),
        ({"LEASE_SECONDS": "1"}, "LEASE_SECONDS='1' is not a whole number of at least 6"),
        ({"MAX_LOG_LINES": "many"}, "MAX_LOG_LINES='many' is not a whole number"),
        ({"CORS_ORIGINS": "*"}, "CORS_ORIGINS holds what is no origin: write https://console.example"),
        ({"CORS_ORIGINS": "https://a.example/"}, "CORS_ORIGINS holds what is no origin"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL='LOUD'"),
        ({"TRUSTED_PROXIES": "10.0.0.1, proxy"}, "TRUSTED_PROXIES holds 'proxy', which is no address or network"),
        ({"TRUSTED_PROXIES": "10.0.0.1/8"}, "TRUSTED_PROXIES holds '10.0.0.1/8'"),
        ({"THROTTLE": "600"}, "THROTTLE: '600' is not a number of requests and sec, min, hour or day, as in 600/min"),
        ({"THROTTLE": "0/min"}, "THROTTLE: '0/min'"),
        ({"THROTTLE": "9999999/s"}, "THROTTLE: '9999999/s' is more than one request in each microsecond"),
        ({"PARAMETERS_KEY": "short"}, "PARAMETERS_KEY holds what is no key: take 32 random bytes in URL-safe base64"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL must name a PostgreSQL server"),
    ],
)
def test_what_is_insecure_or_unreadable_refuses_to_start(environ: dict[str, str], words: str) -> None:
    done = _start(**{**GOOD, **environ})
    assert done.returncode != 0
    assert words in done.stderr


def test_a_developers_machine_may_do_without_a_key() -> None:
    assert _start(DEBUG="1", JOBSITE_HOME="/nonexistent").returncode == 0


@pytest.mark.parametrize("seconds", [6, 15, 60])
def test_no_wait_for_the_database_outlasts_the_lease(seconds: int) -> None:
    done = _start(**GOOD, LEASE_SECONDS=str(seconds), print_it="DATABASES['default']['OPTIONS']")
    options = ast.literal_eval(done.stdout)
    on_server = dict(item.split("=") for item in options["options"].split() if "=" in item)
    assert set(on_server) == {"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"}
    waits = {name: int(text) / 1000 for name, text in on_server.items()}
    waits["connect"] = options["connect_timeout"]
    waits["silent peer"] = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
    waits["unacknowledged"] = options["tcp_user_timeout"] / 1000
    # With the two seconds until a look begins, and before the jobs are signaled at two thirds.
    assert max(waits.values()) <= max(seconds / 3, 4), waits
    assert all(wait < seconds for wait in waits.values())
