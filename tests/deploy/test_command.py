"""The command in a shell: what the unit's EnvironmentFile says, read as systemd reads it, and the unit's user."""

import os
import pwd
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gateway.config import load
from tests.docs.documents import DEPLOY, text_of

COMMAND = DEPLOY / "talentlms-gateway"
UNIT = text_of(DEPLOY / "talentlms-gateway.service")
SECRETS = {
    "gateway-keys": "key-of-the-documents-key-of-the-documents",
    "talentlms-api-key": "api-key-of-acme",
    "oidc-client-secret": "secret-of-the-client",
}


def loaded():
    """Return the command as a module; of a program without an ending no compiled copy is to be left beside it."""
    module = ModuleType("talentlms_gateway_command")
    exec(compile(COMMAND.read_text(), COMMAND, "exec"), vars(module))
    return module


MODULE = loaded()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=plain", "plain"),
        ("A=", ""),
        ("  A = blanks around  \t", "blanks around"),
        ("A=$HOME ${HOME} `id` $(id)", "$HOME ${HOME} `id` $(id)"),
        ("A=1 # no comment", "1 # no comment"),
        ("A=a=b==", "a=b=="),
        ('A="two words"', "two words"),
        ("A='two words'", "two words"),
        ('A=" blanks kept "', " blanks kept "),
        (r'A="a \"quote\" and a \\ and a \$ and a \n"', r'a "quote" and a \ and a $ and a \n'),
        (r"A='no \ escape, no \" either'", r"no \ escape, no \" either"),
        ("A=it's", "it's"),
        ('A=say "hello"', 'say "hello"'),
        ('A="first" "second"', "firstsecond"),
        ("A='first'\"second\"", "firstsecond"),
        ('A="quoted"rest of it ', "quotedrest of it"),
        ("A=one\\\ntwo", "onetwo"),
        ("A=one \\\n two", "one  two"),
        ("A=end\\ ", "end "),
        (r"A=back\\slash \x", r"back\slash x"),
        ('A="one\ntwo"', "one\ntwo"),
        ('A="one\\\ntwo"', "onetwo"),
        ("A=carriage\r\n", "carriage"),
        ("# A=0\n; A=1\n\nA=2", "2"),
        ("A=first\nA=last", "last"),
        ("A=ü €", "ü €"),
    ],
)
def test_a_value_is_what_systemd_makes_of_it(text, value):
    assert MODULE.assignments(f"{text}\nB=after\n") == {"A": value, "B": "after"}
    assert MODULE.assignments(text)["A"] == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1\nexport B=2", 2),
        ("A=1\n\nno assignment", 3),
        ("2A=1", 1),
        ("A-B=1", 1),
        ('A="never closed\nB=2', 1),
        ("A=1\nB='never closed", 2),
        ("A=1\\", 1),
        ("# a comment \\\nA=1", 1),
        ("A=bell\x07", 1),
    ],
)
def test_what_the_unit_would_pass_over_or_read_otherwise_is_refused_with_its_line(text, line):
    with pytest.raises(MODULE.Unreadable, match=rf"^line {line}: "):
        MODULE.assignments(text)


@pytest.fixture
def command(tmp_path):
    """Call the command with another file, program and user; returns what came of it."""

    def called(text, program, user, *arguments):
        file = tmp_path / "environment"
        file.write_text(text)
        script = COMMAND.read_text()
        for name, value in {"PROGRAM": program, "ENVIRONMENT_FILE": file, "USER": user}.items():
            script, number = re.subn(rf'^{name} = ".*"$', f'{name} = "{value}"', script, flags=re.MULTILINE)
            assert number == 1
        changed = tmp_path / "command"
        changed.write_text(script)
        return subprocess.run(
            [sys.executable, "-I", changed, *arguments],
            env={"TERM": "dumb", "GATEWAY_PUBLIC_URL": "https://of-the-shell.acme.com", "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )

    return called


def own_name():
    return pwd.getpwuid(os.geteuid()).pw_name


def test_the_program_gets_the_units_settings_and_nothing_of_the_shells(command):
    done = command('GATEWAY_HELP_CONTACT="a $ and a \\" quote"\n', "/usr/bin/env", own_name())

    assert done.returncode == 0
    account = pwd.getpwnam(own_name())
    assert dict(line.split("=", 1) for line in done.stdout.splitlines()) == {
        "GATEWAY_HELP_CONTACT": 'a $ and a " quote',
        "HOME": account.pw_dir,
        "LOGNAME": account.pw_name,
        "PATH": MODULE._PATH,
        "STATE_DIRECTORY": "/var/lib/talentlms-gateway",
        "TERM": "dumb",
        "USER": account.pw_name,
    }


def test_root_becomes_the_units_user_and_nobody_else_may(command):
    done = command("", "/usr/bin/id", "nobody")

    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        assert done.stdout.startswith(f"uid={nobody.pw_uid}(nobody) gid={nobody.pw_gid}(")
        assert "(root)" not in done.stdout
    else:
        assert (done.returncode, done.stderr) == (1, "This is for root: run it with sudo.\n")


def test_the_gateways_command_takes_the_settings_and_its_own_arguments(command, tmp_path):
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(f"{secret}\n")
    text = text_of(DEPLOY / "talentlms-gateway.env").replace("/etc/talentlms-gateway/", f"{tmp_path}/")
    program = Path(sys.executable).with_name("talentlms-gateway")

    checked = command(text, program, own_name(), "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "https://training.acme.com/callback/default" in checked.stdout
    assert checked.stdout.endswith("OK: the settings can be used.\n")
    failed = command(text.replace("TALENTLMS_URL=", "TALENTLMS_URI="), program, own_name(), "check")
    assert failed.returncode == 1
    assert "TALENTLMS_URI" in failed.stderr


@pytest.mark.parametrize(
    ("text", "user", "told"),
    [
        ("no assignment", None, "environment: line 1: is no NAME=value\n"),
        ("", "nobody-of-this-name", "There is no user nobody-of-this-name; docs/deploying.md says how it is made.\n"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(command, text, user, told):
    done = command(text, "/usr/bin/env", user or own_name())

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(told)
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_said():
    environment = {"PATH": os.environ["PATH"]}
    script = COMMAND.read_text().replace('USER = "talentlms-gateway"', f'USER = "{own_name()}"')
    script = script.replace('"/etc/talentlms-gateway/environment"', '"/etc/talentlms-gateway/missing/environment"')
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == "/etc/talentlms-gateway/missing/environment: No such file or directory\n"


def test_the_command_and_the_unit_name_the_same_things():
    def of_the_unit(name):
        (found,) = re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)
        return found

    assert of_the_unit("User") == MODULE.USER
    assert of_the_unit("EnvironmentFile") == MODULE.ENVIRONMENT_FILE
    assert f"/var/lib/{of_the_unit('StateDirectory')}" == MODULE.STATE_DIRECTORY
    folder = MODULE.PROGRAM.rpartition("/")[0]
    assert of_the_unit("ExecStart").startswith(f"{folder}/gunicorn --config {of_the_unit('WorkingDirectory')}/")
    assert text_of(COMMAND).startswith(f"#!{folder}/python -I\n")
    assert os.access(COMMAND, os.X_OK)


def test_the_unit_and_its_settings_are_taken(tmp_path):
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(f"{secret}\n")
    variables = MODULE.assignments(text_of(DEPLOY / "talentlms-gateway.env"))
    settings = load(
        {name: value.replace("/etc/talentlms-gateway/", f"{tmp_path}/") for name, value in variables.items()}
        | {"STATE_DIRECTORY": MODULE.STATE_DIRECTORY}
    )

    assert settings.database_url.reveal() == "sqlite:////var/lib/talentlms-gateway/gateway.db"
    assert settings.redis_url is not None
    assert "GATEWAY_" not in UNIT, "settings stand in the file that the command reads as well"


def test_systemd_finds_no_fault_in_the_unit(tmp_path):
    program = "/opt/talentlms-gateway/bin/gunicorn"
    unit = tmp_path / "talentlms-gateway.service"
    unit.write_text(UNIT.replace(program, "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit]
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
