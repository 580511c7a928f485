"""What is encrypted: never twice alike, and whatever was changed is refused without a hint."""

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from marketplaces import clients
from marketplaces.fields import EncryptedJSONField

SECRET = {"api_key": "invented"}


def test_the_same_secret_is_never_written_twice_alike() -> None:
    field = EncryptedJSONField()
    written = {field.get_prep_value(SECRET) for _ in range(50)}

    assert len(written) == 50
    assert [field.to_python(text) for text in written] == [SECRET] * 50


@pytest.mark.parametrize("place", [0, 10, 30, -30, -1])
def test_a_secret_that_was_changed_is_refused_just_like_one_of_another_key(place: int) -> None:
    field = EncryptedJSONField()
    written = str(field.get_prep_value(SECRET))
    other = "A" if written[place] != "A" else "B"
    changed = written[:place] + other + (written[place + 1 :] if place != -1 else "")
    foreign = Fernet(Fernet.generate_key()).encrypt(b"{}").decode()

    said = []
    for text in (changed, foreign, changed[:40]):
        with pytest.raises(ImproperlyConfigured) as caught:
            field.to_python(text)
        assert caught.value.__cause__ is None
        said.append(str(caught.value))

    assert len(set(said)) == 1


def test_passwords_and_tls_are_as_strong_as_their_libraries_make_them_today() -> None:
    """Nobody has pinned an older hash or version; Django raises its rounds with each release."""
    assert settings.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    assert clients._tls().minimum_version >= clients.ssl.TLSVersion.TLSv1_2
