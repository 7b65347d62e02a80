"""One key for one database."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings

from jobs.cli.person import person
from jobs.models import AuditEvent
from jobsite.up import fingerprint
from jobsite.up.models import SecretFingerprint

pytestmark = pytest.mark.django_db


def test_the_first_key_is_kept_and_the_same_one_passes() -> None:
    fingerprint.check()
    fingerprint.check()
    assert SecretFingerprint.objects.count() == 2


def test_another_key_is_refused_until_an_operator_accepts_it() -> None:
    fingerprint.check()
    with override_settings(SECRET_KEY="another" * 8):
        with pytest.raises(fingerprint.WrongSecretKey, match="accept_secret_key"):
            fingerprint.check()
        call_command("accept_secret_key", stdout=StringIO())
        fingerprint.check()
    with pytest.raises(fingerprint.WrongSecretKey):
        fingerprint.check()
    row = AuditEvent.objects.get()
    assert (row.verb, row.object_type, row.dialect, row.user) == ("accept", "secret_key", "cli", person())
    assert (row.before, row.after) == (None, None)


@override_settings(SECRET_KEY="tell-nobody" * 5)
def test_the_key_itself_is_not_stored() -> None:
    fingerprint.check()
    assert "tell-nobody" not in SecretFingerprint.objects.get(pk=1).value
