"""Completion: the candidates, the words of bash, and what it may cost."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cnct.cli.completing import grammar
from cnct.cli.completing.candidates import candidates
from cnct.cli.completing.shell_lines import bash_replies, split
from cnct.cli.main import main
from cnct.cli.root import COMMANDS, root
from cnct.emulator.server import DEFAULT_SPEC
from cnct.openapi import OpenAPISpecs

BREAKS = " \t\n\"'@><=;|&(:"


@pytest.fixture(autouse=True)
def _indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the document of the emulator in the cache."""
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    OpenAPISpecs(DEFAULT_SPEC).load()


def texts(line: str) -> list[str]:
    words = split(line)
    return [word.text + " " * word.is_final for word in candidates(words.words[1:], words.current)]


def declared(command: click.Command) -> set[str]:
    options = [p for p in command.params if isinstance(p, click.Option)]
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}


def forms(command: click.Command, form: grammar.Form, path: str = "cnct"):
    yield path, command, form
    for name, below in form.below.items():
        child = (
            importlib.import_module(f"cnct.cli.commands.{COMMANDS[name].module}").command
            if path == "cnct"
            else command.commands[name]
        )
        yield from forms(child, below, f"{path} {name}")


@pytest.mark.parametrize(
    ("path", "command", "form"), [*forms(root, grammar.ROOT)], ids=lambda value: str(value)[:30]
)
def test_the_grammar_is_that_of_the_commands(path, command, form):
    if path == "cnct":
        assert [*form.below] == [*COMMANDS]
    elif isinstance(command, click.Group):
        assert {*form.below} == {*command.commands}
    if path == "cnct emulate":
        return
    assert {*form.options} == declared(command) | {"-h", "--help"}
    for option in command.params:
        if isinstance(option, click.Option):
            flag = option.is_flag or option.count
            assert all((form.options[name] == grammar.FLAG) == flag for name in option.opts)
            if isinstance(option.type, click.Choice):
                assert form.options[option.opts[0]] == tuple(option.type.choices)
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    assert len(form.arguments) == len(arguments)
    assert form.repeats == any(argument.nargs == -1 for argument in arguments)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cnct dele", ["delete "]),
        ("cnct ls req", ["requests "]),
        ("cnct ls subscriptions/a", ["subscriptions/assets "]),
        ("cnct ls sub", ["subscriptions/"]),
        ("cnct ls products/PRD-1/it", ["products/PRD-1/items "]),
        ("cnct get req", ["requests/"]),
        ("cnct sync req", ["requests "]),
        ("cnct sync requests --rec", ["--reconcile "]),
        ("cnct delete req", ["requests/"]),
        ("cnct delete --from - req", ["requests "]),
        ("cnct ls requests sta", ["status"]),
        ("cnct ls requests status=pen", ["status=pending "]),
        ("cnct ls requests status__in=draft,pen", ["status__in=draft,pending"]),
        ("cnct ls requests template__nul", []),
        ("cnct ls requests template.id__null=t", ["template.id__null=true "]),
        ("cnct ls requests created__g", ["created__gt=", "created__ge="]),
        ("cnct ls requests --order created,-up", ["created,-updated"]),
        ("cnct ls requests --select=id,stat", ["--select=id,status"]),
        ("cnct ls requests -o t", ["table ", "tsv "]),
        ("cnct ls requests --output=nd", ["--output=ndjson "]),
        ("cnct --color ne", ["never "]),
        ("cnct ls requests --for", ["--force "]),
        ("cnct call requests/PR-1 app", ["approve "]),
        ("cnct call requests app", ["approve "]),
        ("cnct call requests --from - app", ["approve "]),
        ("cnct call requests/PR-1 approve templ", ["template_id="]),
        ("cnct call requests --from - approve templ", ["template_id="]),
        ("cnct create requests type=pur", ["type=purchase "]),
        ("cnct update requests/PR-1 no", ["note="]),
        ("cnct update --from - requests no", ["note="]),
        ("cnct create --from - requests no", ["note="]),
        ("cnct wait requests/PR-1 status=app", ["status=approved "]),
        ("cnct get requests/PR-1 stat", ["status "]),
        ("cnct help req", ["requests "]),
        ("cnct help requests app", ["approve "]),
        ("cnct help cou", ["count "]),
        ("cnct api P", ["POST ", "PUT "]),
        ("cnct api GET /req", ["/requests "]),
        ("cnct config u", ["unset ", "use "]),
        ("cnct config set max", ["max_retries "]),
        ("cnct completion z", ["zsh "]),
        ("cnct create requests -d ", ["@", "- "]),
        ("cnct spec diff -- nothing-like-this", []),
        ("cnct nothing x", []),
        ("cnct find wor", []),
        ("cnct ls nothing/x/", []),
        ("cnct ls nothing stat", []),
        ("cnct call stat", []),
        ("cnct create  ", ["accounts "]),
        ("cnct ls requests --limit ", []),
        ("cnct ls requests --order -upd", ["-updated"]),
        ("cnct ls --order upd", []),
        ("cnct create requests -d x", []),
        ("cnct ls -v --output=json -- requests sta", ["status"]),
        ("cnct ls --nope requests sta", ["status"]),
    ],
)
def test_candidates(line, expected):
    found = texts(line)
    assert found[: len(expected) or None] == expected


def test_files_and_profiles(tmp_path, monkeypatch):
    (tmp_path / "body.json").touch()
    (tmp_path / "folder").mkdir()
    config = tmp_path / "config.toml"
    config.write_text('[profiles.prod]\nspec = "/nowhere.yml"\n', encoding="utf-8")
    config.chmod(0o600)
    monkeypatch.setenv("CNCT_CONFIG", str(config))
    assert texts(f"cnct create requests -d @{tmp_path}/b") == [f"@{tmp_path}/body.json "]
    assert texts(f"cnct create requests --from {tmp_path}/fo") == [f"{tmp_path}/folder/"]
    assert texts("cnct create requests --from /nowhere/x") == []
    assert texts("cnct ls --profile p") == ["prod "]
    monkeypatch.delenv("CNCT_SPEC")
    assert texts("cnct ls --profile prod req") == []
    config.write_text(f'[profiles.prod]\nspec = "{DEFAULT_SPEC}"\n', encoding="utf-8")
    assert texts("cnct ls --profile prod req") == ["requests "]
    config.write_text("[profiles.prod]\n", encoding="utf-8")
    assert texts("cnct ls --profile prod req") == []


def test_without_an_index_only_the_commands_complete(monkeypatch):
    monkeypatch.setenv("CNCT_CACHE_DIR", "")
    assert texts("cnct ls req") == []
    assert texts("cnct call requests/PR-1 approve x") == []
    assert texts("cnct coun") == ["count "]


def test_the_compact_names_follow_the_index(monkeypatch, tmp_path):
    def write(*names: str) -> None:
        schema = {
            "properties": {
                "id": {"type": "string", "readOnly": True},
                "kind": {"enum": ["red", 1]},
                "deep": {"properties": {"er": {"properties": {"est": {}}}, "end": {}}},
            }
        }
        post = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
        paths = {f"/{name}": {"post": {**post, "responses": {}}} for name in names}
        paths |= {f"/{name}/{{id}}": {"get": {"responses": {}}} for name in names}
        file.write_text(
            json.dumps({"openapi": "3.0.0", "info": {}, "paths": paths}), encoding="utf-8"
        )
        os.utime(file, (1, 1))

    file = tmp_path / "spec.json"
    monkeypatch.setenv("CNCT_SPEC", str(file))
    write("apples")
    OpenAPISpecs(file).load()
    assert texts("cnct create ") == ["apples "]
    assert texts("cnct create apples ") == ["kind=", "deep.end="]
    assert texts("cnct create apples kind=") == ["kind=red "]
    write("apples", "pears")
    OpenAPISpecs(file).load()
    assert texts("cnct create ") == ["apples ", "pears "]
    for names in Path(os.environ["CNCT_CACHE_DIR"]).glob("*.names"):
        names.unlink()
    write("plums")
    assert texts("cnct create ") == []


@pytest.mark.parametrize(
    ("line", "replies"),
    [
        ("cnct ls requests status=pen", ["pending "]),
        ("cnct ls requests status__in=draft,pen", ["draft,pending"]),
        ("cnct ls requests 'status=pen", ["status=pending"]),
        ('cnct ls requests status="pen', ["pending"]),
        ("cnct ls requests sta\\tus=pen", ["pending "]),
        ("cnct ls requests --output=nd", ["ndjson "]),
        ("cnct ls  'requests'  stat", ["status"]),
    ],
)
def test_bash_gets_the_part_that_it_replaces(line, replies):
    words = split(line)
    found = candidates(words.words[1:], words.current)
    assert bash_replies(words, found, BREAKS) == replies


def test_bash_without_breaks_and_with_special_characters():
    from cnct.cli.completing.candidates import Candidate

    words = split("cnct ls requests status=pen")
    assert bash_replies(words, [Candidate("status=pending")], " ") == ["status=pending "]
    words = split("cnct ls requests a=")
    assert bash_replies(words, [Candidate("a=b c$")], BREAKS) == [r"b\ c\$ "]


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["bash"], "status"),
        (["zsh", "cnct", "ls", "requests", "sta"], "status"),
        (["fish", "cnct", "ls", "requests", "status=pen"], "status=pending "),
        (["fish"], None),
        ([], None),
    ],
)
def test_shells_are_answered(arguments, out, monkeypatch, capsys):
    monkeypatch.setenv("COMP_LINE", "cnct ls requests sta and more")
    monkeypatch.setenv("COMP_POINT", "20")
    assert main(["_complete", *arguments]) == 0
    if out is not None:
        assert capsys.readouterr().out.splitlines() == [out]


def test_bash_completes_behind_variables(monkeypatch, capsys):
    line = "CNCT_PROFILE=prod A= cnct ls requests status=pen"
    monkeypatch.setenv("COMP_LINE", line)
    monkeypatch.setenv("COMP_POINT", str(len(line)))
    assert main(["_complete", "bash"]) == 0
    assert capsys.readouterr().out == "pending \n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_printed(cnct, shell):
    ran = cnct("completion", shell)
    assert ran.status == 0
    assert f"_complete {shell}" in ran.out


def test_a_completion_loads_nothing_that_takes_long():
    texts("cnct ls req")  # writes the compact names
    code = (
        "import sys; from cnct.cli.main import main; "
        "main(['_complete', 'zsh', 'cnct', 'ls', 'requests', 'status=pen']); "
        "print([m for m in ('click', 'requests', 'rich', 'httpx2', 'msgspec', 'asyncio') "
        "if m in sys.modules])"
    )
    run = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert run.stdout.splitlines() == ["status=pending ", "[]"]
