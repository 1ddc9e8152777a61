"""Settings of clients without key while a cassette is recorded or replayed."""

from __future__ import annotations

from cnct.client.lookup import LookedUp, resolved
from cnct.exceptions import SettingsError
from cnct.testing.cassettes.record_modes import current_run, settings_of
from cnct.testing.cassettes.whereabouts import ENDPOINT
from cnct.text import Secret

_KEY = "ApiKey SU-000-000-000:replayed-without-any-key"


def replayed_settings(endpoint: str | None, profile: str | None) -> LookedUp:
    """Return a key that is sent nowhere, the endpoint of cassettes, and other settings as usual."""
    try:
        settings = resolved(endpoint, profile, has_key=True)
    except SettingsError:  # such as a profile that only the recording computer has
        settings = LookedUp({}, None, {})
    key = Secret(_KEY)
    key.source = "the cassette"
    values = {**settings.values, "endpoint": endpoint or ENDPOINT}
    return LookedUp(values, key, {**settings.sources, "endpoint": "the cassette"})


def recorded_settings(endpoint: str | None, profile: str | None) -> LookedUp:
    """Return the settings as usual; if there is no key, those with which pytest was started.

    Raises:
        SettingsError: If there is no key in either.
    """
    try:
        return resolved(endpoint, profile, has_key=False)
    except SettingsError:
        with settings_of(current_run().settings):
            return resolved(endpoint, profile, has_key=False)
