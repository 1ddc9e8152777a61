"""The arguments verify, cert and proxy: the same in both worlds, and before the environment."""

from __future__ import annotations

import json
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from tests.conftest import KEY, json_answer

from cnct import ClientError, ConnectClient

VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in (*VARIABLES, "http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class _WhoCalls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        certificate = self.connection.getpeercert() or {}
        names = [value for part in certificate.get("subject", ()) for _, value in part]
        body = json.dumps({"caller": names}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def mutual_server(authority):
    """Serve over TLS, and answer who has called."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    http = ThreadingHTTPServer(("127.0.0.1", 0), _WhoCalls)
    http.daemon_threads = True
    http.socket = context.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield http.server_port
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.fixture
def mutual(authority, tmp_path):
    """A port, and the files of an authority and of a client's certificate."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    mine = authority.issue_cert("me.example", common_name="me")
    mine.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    mine.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    for blob in mine.cert_chain_pems:
        blob.write_to_path(str(tmp_path / "cert.pem"), append=True)
    with mutual_server(authority) as port:
        yield port, tmp_path


@pytest.mark.parametrize("form", [str, lambda path: path])
def test_verify_names_the_certificates(world, https, form):
    client = world.client(KEY, https.endpoint, verify=form(https.certificate))
    assert client.get("x") == {"ok": True}


def test_verify_names_a_folder_of_certificates(world, https, tmp_path):
    folder = tmp_path / "hashed"
    folder.mkdir()
    context = ssl.create_default_context(cafile=https.certificate)
    assert context.get_ca_certs()
    with pytest.raises(ClientError):  # nothing is trusted
        world.client(KEY, https.endpoint, verify=folder).get("x")


def test_without_a_check_any_server_is_taken_and_nothing_is_warned_of(world, https):
    client = world.client(KEY, https.endpoint, verify=False)
    assert client.get("x") == {"ok": True}
    assert client.get("x", headers={"X": "1"}) == {"ok": True}


def test_verify_comes_before_the_environment(world, https, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(https.certificate))
    assert world.client(KEY, https.endpoint).get("x") == {"ok": True}
    for arguments in ({}, {"auth": lambda request: request}):  # the second takes another way
        with pytest.raises(ClientError, match=r"(?i)certificate|ssl"):
            world.client(KEY, https.endpoint, verify=True).get("x", **arguments)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert world.client(KEY, https.endpoint, verify=https.certificate).get("x")
    assert world.client(KEY, https.endpoint, verify=False).get("x")


def test_a_session_without_a_check_is_warned_of_as_ever(https):
    with ConnectClient(KEY, https.endpoint, use_specs=False) as client:
        client.session.verify = False
        with pytest.warns(Warning, match="Unverified HTTPS request"):
            client.get("x")


@pytest.mark.parametrize("files", ["both.pem", ("cert.pem", "key.pem")])
def test_cert_tells_the_server_who_calls(world, mutual, files):
    port, folder = mutual
    cert = folder / files if isinstance(files, str) else tuple(folder / name for name in files)
    endpoint, ca = f"https://127.0.0.1:{port}", folder / "ca.pem"
    client = world.client(KEY, endpoint, verify=ca, cert=cert)
    assert "me" in client.get("x")["caller"]
    assert world.client(KEY, endpoint, verify=ca).get("x") == {"caller": []}


def test_cert_is_not_shown_to_another_host(world, mutual, authority, server):
    port, folder = mutual
    with mutual_server(authority) as other:
        target = f"https://localhost:{other}/x"
        server.answer = lambda _: (302, {"Location": target}, b"")
        settings = {"verify": folder / "ca.pem", "cert": folder / "both.pem"}
        client = world.client(KEY, server.endpoint, **settings)
        assert client.get("x") == {"caller": []}
    direct = world.client(KEY, f"https://localhost:{port}", **settings)
    assert "me" in direct.get("x")["caller"]


def test_files_without_certificates_are_refused_at_once(mutual, tmp_path):
    wrong, encrypted = tmp_path / "wrong.pem", tmp_path / "encrypted.pem"
    wrong.write_text("no certificate")
    with pytest.raises(
        ValueError, match=r"verify must be the path of CA certificates: .*wrong.pem"
    ):
        ConnectClient(KEY, verify=wrong)
    for cert in (wrong, (tmp_path / "cert.pem", wrong), tmp_path / "cert.pem"):
        with pytest.raises(ValueError, match="cert must be a certificate and its key without"):
            ConnectClient(KEY, cert=cert)
    encrypted.write_bytes(encrypted_key(tmp_path / "key.pem"))
    with pytest.raises(ValueError, match="without a passphrase"):  # nobody is asked for it
        ConnectClient(KEY, cert=(tmp_path / "cert.pem", encrypted))


def encrypted_key(path):
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )


def test_a_file_that_has_changed_meanwhile_is_an_error_of_the_call(world, https, tmp_path):
    ca = tmp_path / "mine.pem"
    ca.write_bytes(https.certificate.read_bytes())
    client = world.client(KEY, https.endpoint, max_retries=3, verify=ca)
    ca.write_text("no certificate")
    with pytest.raises(ClientError) as caught:
        client.create("x", {})
    assert type(caught.value) is ClientError  # nothing was sent
    assert caught.value.attempts == 1


def test_proxy_comes_before_the_environment(world, https, tunnel, monkeypatch):
    port, heads = tunnel
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    settings = {"verify": https.certificate, "proxy": f"http://user:pw@127.0.0.1:{port}"}
    for arguments in ({}, {"auth": lambda request: request}):
        if world.name == "async" and arguments:
            continue
        client = world.client(KEY, https.endpoint, **settings)
        assert client.get("x", **arguments) == {"ok": True}
        head = heads.pop()
        assert head.startswith(b"CONNECT 127.0.0.1:")
        assert b"Proxy-Authorization: Basic" in head
        assert b"very-secret" not in head


def test_a_proxy_leads_to_a_server_that_is_not_checked(world, https, tunnel):
    port, heads = tunnel
    client = world.client(KEY, https.endpoint, verify=False, proxy=f"http://127.0.0.1:{port}")
    for _ in range(2):
        assert client.get("x") == {"ok": True}
    assert heads


def test_a_blank_proxy_is_none_whatever_the_environment_says(world, server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server.answer = lambda _: json_answer({"ok": True})
    assert world.client(KEY, server.endpoint, proxy="").get("x") == {"ok": True}
    with pytest.raises(ClientError):
        world.client(KEY, server.endpoint).get("x")


def test_a_profile_has_them_too(world, https, tunnel, monkeypatch, tmp_path):
    port, heads = tunnel
    config = tmp_path / "config.toml"
    config.write_text(
        f'[profiles.a]\napi_key = "{KEY}"\nendpoint = "{https.endpoint}"\nverify = "ca.pem"\n'
        f'proxy = "http://127.0.0.1:{port}"\n'
    )
    config.chmod(0o600)
    monkeypatch.setenv("CNCT_CONFIG", str(config))
    assert world.client(profile="a").get("x") == {"ok": True}
    assert heads
    with pytest.raises(ClientError):
        world.client(profile="a", verify=True).get("x")
    assert world.client(profile="a", proxy="", verify=False).get("x")
    assert len(heads) == 2


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"verify": "/nowhere.pem"}, ValueError, "verify must be the path of a file: '/nowhere"),
        ({"verify": "a\0b"}, ValueError, "verify must be the path"),
        ({"verify": 1}, TypeError, "verify must be True, False or the path of CA certificates"),
        ({"cert": "/nowhere.pem"}, ValueError, "cert must be the path of a file"),
        ({"cert": 5}, TypeError, "cert must be a path, not int"),
        ({"cert": ("a", "b", "c")}, TypeError, "cert must be a path, or a pair of paths"),
        ({"proxy": "user:pw@host:3128"}, ValueError, "proxy must be a URL like http://host:3128"),
        ({"proxy": "http://host:99999"}, ValueError, "proxy must be a URL"),
        ({"proxy": "ftp://host"}, ValueError, "proxy must be a URL"),
        ({"proxy": 5}, TypeError, "proxy must be a URL, not int"),
    ],
)
def test_arguments_without_sense_are_named(arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        ConnectClient(KEY, **arguments)
    assert "pw" not in str(caught.value)


def test_the_password_of_a_proxy_is_in_no_repr():
    client = ConnectClient(KEY, proxy="http://user:very-secret@host:3128")
    assert "very-secret" not in repr(vars(client))
    assert isinstance(client.session, requests.Session)
