"""One key for one database."""

import pytest
from django.test import override_settings

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
        fingerprint.accept()
        fingerprint.check()
    with pytest.raises(fingerprint.WrongSecretKey):
        fingerprint.check()


@override_settings(SECRET_KEY="tell-nobody" * 5)
def test_the_key_itself_is_not_stored() -> None:
    fingerprint.check()
    assert "tell-nobody" not in SecretFingerprint.objects.get(pk=1).value
