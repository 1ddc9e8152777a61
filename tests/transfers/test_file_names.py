"""The names of downloaded files: what servers send, made harmless on every system."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnct.client.transfers.file_names import file_name, harmless, sent_name


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("", ""),
        ("inline", ""),
        ("attachment; filename=report.csv", "report.csv"),
        ('attachment;filename="a b.csv"; size=5', "a b.csv"),
        (r'attachment; filename="a \"quoted\" name.csv"', 'a "quoted" name.csv'),
        ('attachment; FileName="a;b.csv"', "a;b.csv"),
        ("attachment; filename*=UTF-8''%E2%82%AC%20rates.csv", "€ rates.csv"),
        ("attachment; filename*=iso-8859-1'en'%A3.csv; filename=x", "£.csv"),
        ("attachment; filename*=\"UTF-8''a.csv\"", "a.csv"),
        ("attachment; filename*=UTF-8''%FF.csv; filename=x.csv", "x.csv"),
        ("attachment; filename*=nothing''a.csv; filename=x.csv", "x.csv"),
        ("attachment; filename*=garbage; filename=x.csv", "x.csv"),
        ("attachment; filename=naïve.csv".encode().decode("latin-1"), "naïve.csv"),
        ("attachment; filename=\xe4.csv", "ä.csv"),
        ("attachment; filename=€.csv", "€.csv"),
        ('attachment; filename="cut.csv', "cut.csv"),
    ],
)
def test_names_are_read_as_browsers_do(disposition, name):
    assert sent_name(disposition) == name


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Windows\system.ini", "system.ini"),
        ("..", ""),
        (". . .", ""),
        ("/", ""),
        (".bashrc", "bashrc"),
        ("a\x00b\nc\x1b[2J.txt", "abc[2J.txt"),
        ("gpj\u202etxt.exe", "gpjtxt.exe"),
        ("report.pdf. .", "report.pdf"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("NUL", "_NUL"),
        ("com1.txt", "_com1.txt"),
        ("console.txt", "console.txt"),
        ("report.part", "report.part_"),
        ("report.PART.json", "report.PART.json_"),
        ("cafe\u0301.txt", "café.txt"),
        ("\ud800.txt", "txt"),
    ],
)
def test_names_are_harmless(sent, name):
    assert harmless(sent) == name


def test_long_names_keep_their_extension():
    assert harmless(f"{'ä' * 300}.xlsx") == f"{'ä' * 97}.xlsx"
    assert harmless("a" * 300) == "a" * 200
    assert harmless(f"a.{'b' * 300}") == f"a.{'b' * 198}"


@settings(max_examples=30)
@given(st.text())
def test_no_name_leaves_the_directory(sent):
    name = harmless(sent)
    assert not re.search(r"[/\\\x00-\x1f:]", name)
    assert not name.startswith(".")
    assert len(name.encode()) < 210
    assert harmless(name) == name


@pytest.mark.parametrize(
    ("disposition", "url", "name"),
    [
        ("attachment; filename=..", "https://host/a/b%20c.pdf?x=/y.txt", "b c.pdf"),
        ("", "https://host/a/%2e%2e%2fb.pdf", "b.pdf"),
        ("", "https://host/reports/", "reports"),
        ("", "https://host", "download"),
    ],
)
def test_without_a_name_the_url_has_one(disposition, url, name):
    assert file_name({"Content-Disposition": disposition}, url) == name
