"""Telegraf's recorded cases, run by the real program: exit code, what was written, what is named in an error."""
import base64
import gzip
import json
import os
import re
import shutil
import signal
import subprocess

import pytest

import conftest
import firn_process

CASES = conftest.SHARED / "fixtures/telegraf"
GROUPS = sorted(path.name for path in CASES.iterdir() if path.is_dir()) if CASES.is_dir() else ["absent"]

# What Firn decides otherwise, each with the reason. A case that agrees all the same must leave the list.
NOT_ROUNDED = "times are rounded only where precision is written, not to the interval's own unit"
NOTHING_DROPPED = "nothing is dropped for lack of room"
TWINS = "two inputs that read the same need an alias each: positions are kept under it"
METRICPASS = "metricpass is refused, not supported"
ON_PURPOSE = {
    "config.agent/buffer_limit_small_ok": NOTHING_DROPPED,
    "config.agent/output_batch_override": NOTHING_DROPPED,
    "config.agent/duration_days": NOT_ROUNDED,
    "config.agent/interval_string_number": NOT_ROUNDED,
    "config.precision/default_10s": NOT_ROUNDED,
    "config.precision/interval_100ms": NOT_ROUNDED,
    "config.precision/interval_1s": NOT_ROUNDED,
    "config.precision/interval_5us": NOT_ROUNDED,
    "config.precision/plugin_interval_decides": NOT_ROUNDED,
    "config.filters/input_metricpass_fields": METRICPASS,
    "config.filters/input_metricpass_time": METRICPASS,
    "config.invalid/alias_duplicate": TWINS,
    "config.invalid/data_format_empty_defaults_influx": TWINS,
    "config.invalid/log_level_bad": TWINS,
    "config.invalid/wrong_type_int_for_string": "a wrong type is an error, not a setting that is silently ignored",
    "config.run/config_check_ok": "--check says what it found",
    "config.toml/dotted_key": "TOML 1.0 is read, which has dotted keys",
    "config.toml/hex_int_error": "TOML 1.0 is read, which has hexadecimal integers; the second [agent] is the error",
    "config.toml/literal_quoted_key": "TOML 1.0 is read, which has literal keys",
    "config.toml/inline_table_escapes": "a tab in a tag's value is written as it is: InfluxDB would keep the escape as two letters",
    "parsers.influx/escaped_newline_name": "a line feed behind a backslash belongs to the name, as in InfluxDB",
    "parsers.influx/precision_1s": "a time beyond int64 ns refuses the file instead of wrapping round to another time",
    "parsers.influx/two_files_one_bad": "a bad file does not keep others from being taken",
}
# `--once` ends with 2 when an input could not be read, so that a scheduler sees it; Telegraf ends with 0. What was
# written is compared all the same.
INPUT_FAILED = 2
EXIT_CODE_ONLY = "the exit code tells of the failed input"

# Parts of existing plugins that are still to come; cases of plugins that do not exist are found by the program's answer.
NOT_THERE_YET = {
    "config.run/input_filter": "--input-filter",
}
LACKS_A_PART = re.compile(
    r'data_format "\w+" is not supported|compression_algorithm "\w+" is not supported'
    r"|option '((csv|json|grok|logfmt|prometheus|rotation|value)_|(batch_)?template|data_type|metric_version)")


def arguments_of(case):
    """Telegraf's arguments as Firn's: `telegraf --config X` is `firn run -c X`, `config check` is `run --check`."""
    given, mapped = list(case["args"]), ["run"]
    if given[:2] == ["config", "check"]:
        given, mapped = given[2:], ["run", "--check"]
    for argument in given:
        if argument != "--strict-env-handling":  # is the default, as it is Telegraf's from 1.38 on
            mapped.append("-c" if argument == "--config" else argument)
    return mapped


def environment_of(case):
    return {"PATH": os.environ["PATH"], "TZ": "UTC", **case.get("env", {})}


def lines_of(data, compare):
    lines = data.splitlines(keepends=True)
    return sorted(lines) if compare == "unordered" else lines


def named_in(error):
    """What Telegraf's error names: quoted words, and lines as `:12:`, the way Firn writes a place."""
    text = "\n".join(line for line in error.splitlines() if line.startswith("E!"))
    words = [word for pair in re.findall(r'"([^"]+)"|\'([^\']+)\'', text) for word in pair if word]
    return words + [f":{number}:" for number in re.findall(r"line (\d+)", text)]


def error_of(recorded):
    path = recorded / "expected.err"
    return path.read_text() if path.is_file() else ""


def wrong_outputs(case, recorded, folder, stdout):
    for produced, expected in case["outputs"].items():
        path = folder / produced
        actual = stdout if produced == "stdout" else path.read_bytes() if path.is_file() else b""
        wanted = (recorded / expected).read_bytes()
        if produced.endswith(".gz"):
            actual, wanted = gzip.decompress(actual), gzip.decompress(wanted)
        if lines_of(actual, case["compare"]) != lines_of(wanted, case["compare"]):
            return f"{produced} holds\n{actual.decode(errors='replace')}instead of\n{wanted.decode(errors='replace')}"
    return ""


def run_to_the_end(case, recorded, folder):
    """What differs in a case without a mode; "" when nothing does. The second is what the program said."""
    done = subprocess.run([firn_process.FIRN, *arguments_of(case)], cwd=folder, env=environment_of(case),
                          capture_output=True, timeout=120)
    said = done.stderr.decode(errors="replace")
    failed_input = done.returncode == INPUT_FAILED and "E! [inputs." in error_of(recorded)
    if done.returncode != case["exit"] and not failed_input:
        return f"ends with {done.returncode} instead of {case['exit']}\n{said}", said
    if case["exit"] != 0:
        names = named_in(error_of(recorded))
        missing = names and not any(name in said for name in names)
        return (f"names none of {names}\n{said}" if missing else ""), said
    wrong = wrong_outputs(case, recorded, folder, done.stdout)
    return wrong or (EXIT_CODE_ONLY if failed_input else ""), said


def play(instance, request):
    """"" when the answer to a recorded request is the recorded one."""
    body = base64.b64decode(request["body_base64"]) if "body_base64" in request else request.get("body", "").encode()
    status, _, answer = instance.request(request["method"], request["path"], body or None, request["headers"])
    expected = request["response"]
    clocks = b'"status":"ready"'  # this answer has the times of the recording
    if status == expected["status"] and (answer == expected["body"].encode() or clocks in answer):
        return ""
    return f"{request['method']} {request['path']} is answered {status} {answer!r} instead of {expected}\n"


def run_listener(case, recorded, folder):
    config = (folder / "telegraf.conf").read_text().replace(case["listen"], "127.0.0.1:@PORT@")
    instance = firn_process.Firn(folder, config)
    instance.start(wait=False)
    try:
        instance.wait_log("running: ")
        wrong = "".join(play(instance, request) for request in case["requests"])
        instance.stop()
    finally:
        if instance.process.poll() is None:
            instance.kill()
    return wrong + wrong_outputs(case, recorded, folder, b""), instance.log.read_text()


def check_only(case, folder):
    """Of a mode that needs servers or time: only what the program says to the configuration."""
    arguments = [argument for argument in arguments_of(case) if argument not in ("--once", "--test")]
    done = subprocess.run([firn_process.FIRN, *arguments, "--check"], cwd=folder, env=environment_of(case),
                          capture_output=True, timeout=120)
    return done.stderr.decode(errors="replace")


def lacks_a_part(name, said):
    """Whether the case uses a plugin, data format or flag that is to come: one that Telegraf has, and Firn refuses."""
    plugins = re.findall(r"unknown plugin ([a-z]+\.\w+)", said)
    return (name in NOT_THERE_YET or any(plugin in GROUPS for plugin in plugins) or LACKS_A_PART.search(said) is not None)


def run_case(name, recorded, folder):
    """(outcome, detail)."""
    shutil.copytree(recorded, folder, ignore=shutil.ignore_patterns("expected.*", "case.json"))
    case = json.loads((recorded / "case.json").read_text())
    mode = case.get("mode")
    said = check_only(case, folder) if mode else ""
    if lacks_a_part(name, said):
        return "not there yet", ""
    if mode not in (None, "listener"):
        return "differ", f"nobody plays the mode {mode} yet, though the configuration is taken"
    wrong, said = run_listener(case, recorded, folder) if mode else run_to_the_end(case, recorded, folder)
    if wrong and lacks_a_part(name, said):
        return "not there yet", ""
    if wrong == EXIT_CODE_ONLY:
        return "differ on purpose", ""
    if name in ON_PURPOSE:
        return ("differ on purpose", "") if wrong else ("differ", "agrees: take it off the list")
    return ("differ", wrong) if wrong else ("agree", "")


@pytest.mark.parametrize("group", GROUPS)
def test_conformance_with_telegraf(group, shared, tmp_path, capsys):
    counts = dict.fromkeys(("agree", "differ on purpose", "differ", "not there yet"), 0)
    problems = []
    for recorded in sorted((CASES / group).iterdir()):
        if (recorded / "case.json").is_file():
            outcome, detail = run_case(f"{group}/{recorded.name}", recorded, tmp_path / recorded.name)
            counts[outcome] += 1
            if outcome == "differ":
                problems.append(f"{group}/{recorded.name} {detail}")
    with capsys.disabled():
        print(f"\n[conformance] firn run, telegraf/{group}:", ", ".join(f"{count} {word}" for word, count in counts.items()))
    assert sum(counts.values()) > 0
    assert not problems, "\n".join(problems)
