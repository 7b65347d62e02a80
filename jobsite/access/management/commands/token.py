"""manage.py token: create, list and revoke access tokens."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from jobs.cli.person import at_shell
from jobs.engine.audit import audit
from jobsite.access.models import AccessToken
from jobsite.access.tokens import TokenNameTaken, issue_token


class Command(BaseCommand):
    help = "Create, list and revoke access tokens. The text of a new one is printed once and can not be read again."
    # Django's checks would import every view.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="print a new token")
        create.add_argument("user")
        create.add_argument("name", help="what the audit calls it")
        create.add_argument("--days", type=int, default=90, help="how long it lives; 0 is for ever (default 90)")
        create.add_argument("--read-only", action="store_true", help="it may only read")
        listing = verbs.add_parser("list", help="list the tokens of a user, or of all")
        listing.add_argument("user", nargs="?")
        revoke = verbs.add_parser("revoke", help="end a token at once")
        revoke.add_argument("user")
        revoke.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, options["verb"])(options)

    @transaction.atomic
    def create(self, options: dict[str, Any]) -> None:
        """Print the new token."""
        if not 0 <= options["days"] <= 36_500:
            raise CommandError("--days is not from 0 to 36500")
        if not 1 <= len(options["name"]) <= 100:
            raise CommandError("the name is not 1 to 100 characters long")
        expires_in = timedelta(days=options["days"]) if options["days"] else None
        try:
            text = issue_token(
                _user(options["user"]), name=options["name"], expires_in=expires_in, read_only=options["read_only"]
            )
        except TokenNameTaken as error:
            raise CommandError(f"{error}: revoke it first, or take another name") from error
        _audit("issue_token", options)
        self.stdout.write(text)

    def list(self, options: dict[str, Any]) -> None:
        """One line for each: user, name, beginning, and what is known of its times."""
        tokens = AccessToken.objects.select_related("user").order_by("user__username", "name")
        if options["user"]:
            tokens = tokens.filter(user=_user(options["user"]))
        for token in tokens:
            expires = "never" if token.expires_at is None else f"{token.expires_at:%Y-%m-%d}"
            used = "never" if token.last_used_at is None else f"{token.last_used_at:%Y-%m-%d %H:%M}"
            kind = "read-only" if token.read_only else "full"
            self.stdout.write(
                f"{token.user.get_username()}  {token.name}  {token.prefix}...  {kind}  expires {expires}  used {used}"
            )

    @transaction.atomic
    def revoke(self, options: dict[str, Any]) -> None:
        """Delete it: the next request that bears it is refused."""
        deleted, _ = AccessToken.objects.filter(user=_user(options["user"]), name=options["name"]).delete()
        if not deleted:
            raise CommandError(f"{options['user']} has no token named {options['name']!r}")
        _audit("revoke_token", options)


def _user(name: str) -> User:
    try:
        return User.objects.get(username=name)
    except User.DoesNotExist:
        raise CommandError(f"there is no user {name!r}") from None


def _audit(verb: str, options: dict[str, Any]) -> None:
    told = f"{options['user']}/{options['name']}"[:200]
    audit(verb, by=at_shell("token"), object_type="token", object_id=told)
