"""The options of `manage.py enqueue`, and its help."""

import argparse

from django.core.management.base import DjangoHelpFormatter

USAGE = "manage.py enqueue ACTION [key=value | key:=JSON ...] [--follow] [options], or --list, or --help"
EXAMPLES = """\
examples:
  manage.py enqueue sleep seconds=4 --follow        run it, and watch it to its end
  manage.py enqueue sync_devices hostname=eosdist dry_run=false --ticket CHG-1234
  manage.py enqueue noop tags:='["a", "b"]' --json '{"nested": {"key": 1}}'
  manage.py enqueue sleep --capacity scan=1,scanCheck=2 --retries 2 --deadline 15m --stop-timeout 30s
  manage.py enqueue sleep --scheduled-at 2030-01-01T00:00:00Z --priority 10 --comment "new year"
  job=$(manage.py enqueue noop)                     without --follow only the job's id goes to stdout
  manage.py enqueue --list                          what there is to run

with --follow the exit code is 0 when the job is done, 1 for any other end; 2 means that nothing was enqueued.
Ctrl-C stops watching: the job goes on.
"""


class HelpFormatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", metavar="ACTION", help="what to run; --list names all")
    parser.add_argument("words", nargs="*", metavar="key=value", help="parameters: key=text, or key:=JSON")
    parser.add_argument("--json", metavar="OBJECT", help="parameters as a JSON object; - reads it from standard input")
    parser.add_argument("--capacity", metavar="TYPE=N,..", help="typed units that it needs, as scan=1,scanCheck=2")
    parser.add_argument("--retries", type=int, metavar="N", help="further attempts after a failure, 0 to 100")
    parser.add_argument("--deadline", default="", metavar="SPAN", help="stop it so long after its start, as 1h30m")
    parser.add_argument("--stop-timeout", default="", metavar="SPAN", help="kill it so long after SIGTERM, as 30s")
    parser.add_argument("--scheduled-at", default="", metavar="TIME", help="not before, RFC 3339 with its zone")
    parser.add_argument("--priority", type=int, default=0, metavar="N", help="-100 to 100, higher first (0)")
    parser.add_argument(
        "--lock", action="append", default=[], metavar="NAME[:shared]", help="a named lock to hold; may be repeated"
    )
    parser.add_argument("--comment", metavar="TEXT", help="why, for those who read the list of jobs")
    parser.add_argument("--ticket", metavar="REF", help="the ticket that it belongs to")
    parser.add_argument("--follow", action="store_true", help="show its log and progress until it ends")
    parser.add_argument("--list", action="store_true", help="list the actions, and enqueue nothing")
