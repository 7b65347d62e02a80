"""The command line of `manage.py up`."""

import argparse
import os

ABOUT = "Start everything: PostgreSQL and Valkey unless DATABASE_URL and BROKER_URL name real ones, web, worker, beat."
AFTER = """\
environment:
  JOBSITE_HOME              where data, secrets and the login are kept (default: .jobsite beside manage.py)
  DATABASE_URL, BROKER_URL  real servers in place of the embedded ones (then SECRET_KEY must be set too)
  JOBSITE_ADMIN_PASSWORD    the password of the user admin (default: a generated one, in JOBSITE_HOME/credentials)
  PORT, TLS                 the same as the options
  TLS_CERT, TLS_KEY         files with a certificate of your own
  TRUSTED_PROXIES           addresses of a proxy that ends TLS in front of this
  NO_COLOR                  logs without colours
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=_port, default=os.environ.get("PORT") or "8000", help="port to listen on (%(default)s)"
    )
    parser.add_argument(
        "--tls", action="store_true", default=_is_on("TLS"), help="serve https, self-signed unless TLS_CERT"
    )


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py up", description=ABOUT, epilog=AFTER, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    return parser.parse_args(argv)


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: take a number from 1 to 65535")
    return int(text)


def _is_on(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes"}
