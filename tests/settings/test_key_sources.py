"""Where the key of a profile may be: a variable, file, command or keyring."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import threading
import time
import traceback

import pytest
from tests.conftest import json_answer

from cnct import AsyncConnectClient, ClientError, ConnectClient, SettingsError
from cnct.settings import report

KEY = "ApiKey SU-1:very-secret"


@pytest.fixture
def profile(home):
    """Write a profile whose key is somewhere else."""

    def profile(api_key, endpoint="https://h/v1"):
        home.write(f"[profiles.prod]\napi_key = '''{api_key}'''\nendpoint = '{endpoint}'\n")

    return profile


def refusal(of=ConnectClient):
    """Return the text of the error, which has the key nowhere."""
    with pytest.raises(SettingsError) as caught:
        _ = of().api_key
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "very-secret" not in "".join(shown.format())
    assert isinstance(caught.value, ClientError)
    return str(caught.value)


def test_a_variable_has_the_key(profile, monkeypatch):
    profile("env:MY_KEY")
    assert "environment variable MY_KEY, the api_key of profile 'prod'" in refusal()
    monkeypatch.setenv("MY_KEY", KEY)
    assert ConnectClient().api_key == KEY
    monkeypatch.setenv("MY_KEY", "very-secret\u00e9")
    assert "env:MY_KEY, the api_key of profile 'prod'" in refusal()
    monkeypatch.setenv("MY_KEY", "file:very-secret")
    assert "must contain the key itself: file:... is for api_key of a profile" in refusal()


def test_a_file_has_the_key_in_its_first_line(profile, home):
    profile("file:key.txt")
    path = home.config.parent / "key.txt"
    assert f"The file {path}, the api_key of profile 'prod' in {home.config}, cannot" in refusal()
    path.write_text(f"\n{KEY}\nmore\n")
    path.chmod(0o644)  # as Docker's secrets
    assert ConnectClient().api_key == KEY
    path.write_text("\n")
    assert "is blank" in refusal()
    profile("file:~/key.txt")
    (home.folder / "key.txt").write_text(KEY)
    assert ConnectClient().api_key == KEY


def test_a_command_prints_the_key_in_its_first_line(profile, home):
    counter = home.folder / "runs"
    script = home.folder / "print key.py"
    script.write_text(
        "import sys\n"
        f"open({str(counter)!r}, 'a').write('x')\n"
        f"print({KEY!r})\n"
        "print('login: me')\n"
        "print('noise', file=sys.stderr)\n"
        "assert sys.stdin.read() == ''\n"
    )
    profile(f"cmd:{sys.executable} '{script}'")
    client = ConnectClient()
    assert not counter.exists()  # constructing a client runs nothing
    assert client.api_key == client.api_key == client.with_options(timeout=3).api_key == KEY
    assert counter.read_text() == "x"
    copy = pickle.loads(pickle.dumps(client))
    assert KEY not in repr(vars(copy))
    assert copy.api_key == KEY
    assert report().settings[0].shown == f"cmd:{sys.executable} ..."


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("false", "The command false ..., the api_key of profile 'prod' in"),
        ("sh -c 'echo very-secret; echo very-secret >&2; exit 3'", "failed with status 3: run it"),
        ("no-such-command very-secret", "cannot be run: No such file or directory"),
        ("sh -c 'echo very-secret", "cannot be run: a quote is not closed"),
        ("false | head -1", "without a shell: write sh -c '...' for pipes and variables"),
        ("true", "is blank"),
        ("sh -c 'printf \"\\377very-secret\"'", "must be printable ASCII"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="commands of POSIX")
def test_a_command_that_fails_is_named_without_its_output(profile, capfd, command, words):
    profile(f"cmd:{command}")
    assert words in refusal()
    assert words in refusal()  # a failure is not kept
    assert capfd.readouterr() == ("", "")


def test_a_command_that_fails_is_not_run_for_each_resource_of_a_job(profile, home, monkeypatch):
    counter = home.folder / "runs"
    profile(f"cmd:{sys.executable} -c \"open('{counter}', 'a').write('x'); raise SystemExit(1)\"")
    client = ConnectClient(use_specs=False)
    summary = client.each(range(9), lambda id_: client.get(f"x/{id_}"), concurrency=3)
    assert summary.failed == 9
    assert counter.read_text() == "x"
    monkeypatch.setattr("cnct.client.lookup._SECONDS", 0)
    client._api_key._failure = ("", 0.0)  # as some seconds later
    for _ in range(2):
        with pytest.raises(SettingsError, match="failed with status 1"):
            client.get("x")
    assert counter.read_text() == "xxx"
    client.close()


def test_a_command_that_takes_too_long_is_ended(profile, monkeypatch):
    monkeypatch.setattr("cnct.settings.key_sources._SECONDS", 0.05)
    profile(f"cmd:{sys.executable} -c 'import time; time.sleep(9)'")
    assert "took longer than 0 s" in refusal()


def test_a_command_runs_once_for_all_threads_and_tasks(profile, home, server):
    counter = home.folder / "runs"
    profile(
        f"cmd:{sys.executable} -c \"open('{counter}', 'a').write('x'); print('{KEY}')\"",
        server.endpoint,
    )
    server.answer = lambda got: json_answer({"key": got.headers["Authorization"]})
    client = ConnectClient(use_specs=False)
    threads = [threading.Thread(target=client.get, args=["x"]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    assert counter.read_text() == "x"

    async def scenario():
        async with AsyncConnectClient(use_specs=False) as twin:
            return await asyncio.gather(*(twin.get("x") for _ in range(4)))

    assert asyncio.run(scenario()) == [{"key": KEY}] * 4
    assert counter.read_text() == "xx"


def test_the_event_loop_goes_on_while_a_command_runs(profile, server):
    profile(
        f"cmd:{sys.executable} -c 'import time; time.sleep(.3); print(\"{KEY}\")'", server.endpoint
    )
    server.answer = lambda _: json_answer({})

    async def scenario():
        async with AsyncConnectClient(use_specs=False) as client:
            call = asyncio.create_task(client.get("x"))
            rounds = 0
            while not call.done():
                await asyncio.sleep(0.01)
                rounds += 1
            await call
            return rounds

    assert asyncio.run(scenario()) > 3


def test_a_fork_renews_the_lock(profile):
    """Here, since the child of the next test measures no coverage."""
    profile(f"cmd:{sys.executable} -c 'print(\"{KEY}\")'")
    client = ConnectClient()
    with client._api_key._lock:
        client._api_key._renew()
        assert client.api_key == KEY


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_the_child_of_a_fork_can_read_the_key(profile):
    profile(f"cmd:{sys.executable} -c 'import time; time.sleep(.2); print(\"{KEY}\")'")
    client = ConnectClient()
    thread = threading.Thread(target=lambda: client.api_key)
    thread.start()
    time.sleep(0.05)  # the thread holds the lock, or is about to take it
    child = os.fork()
    if child == 0:
        os._exit(0 if client.api_key == KEY else 1)
    assert os.waitpid(child, 0)[1] == 0
    thread.join()


class Keyring:
    """Stands for the keyring of a desktop."""

    def __new__(cls):
        from keyring.backend import KeyringBackend

        class Backend(KeyringBackend):
            priority = 1

            def get_password(self, service, user):
                from keyring.errors import KeyringLocked

                if service == "locked":
                    raise KeyringLocked("very-secret")
                return {("connect", "me"): f"{KEY}\n"}.get((service, user))

            def set_password(self, service, user, password):
                raise NotImplementedError

        return Backend()


@pytest.fixture
def _keyring():
    import keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("_keyring")
def test_a_keyring_has_the_key(profile):
    profile("keyring:connect/me")
    assert ConnectClient().api_key == KEY
    profile("keyring:connect/you")
    assert "keyring's entry connect/you, the api_key of profile 'prod'" in refusal()
    assert refusal().endswith("does not exist")
    profile("keyring:locked/me")
    assert refusal().endswith("cannot be read: KeyringLocked")
    profile("keyring:connect")
    assert "must be keyring:service/user" in refusal()


def test_without_its_extra_the_keyring_says_what_to_install(profile, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    profile("keyring:connect/me")
    assert refusal().endswith("needs keyring: pip install keyring")


@pytest.mark.parametrize("text", ["cmd:", "env: ", "", " ", "a\\nb"])
def test_a_key_of_a_profile_is_a_key_or_a_source(home, text):
    home.write(f'[profiles.prod]\napi_key = "{text}"\n')
    assert "api_key of profile 'prod' in" in refusal()


def test_a_variable_of_ours_has_the_key_itself(monkeypatch):
    monkeypatch.setenv("CNCT_API_KEY", "file:/run/secrets/very-secret")
    assert refusal().startswith("CNCT_API_KEY must contain the key itself: file:... is for")
    monkeypatch.setenv("CNCT_API_KEY", "very-secret\u00e9")
    assert refusal().startswith("CNCT_API_KEY must be printable ASCII")
