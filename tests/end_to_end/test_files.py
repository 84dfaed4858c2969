"""inputs.file by the whole program: each content of a file is taken once."""
import os

from firn_process import rows, simple_config


def file_config(options="", files='["in/*.lp"]'):
    return simple_config(inputs=f"[[inputs.file]]\n  files = {files}\n  interval = \"1s\"\n{options}\n")


def put(instance, name, text):
    """Puts a whole file in place at once."""
    path = instance.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    os.replace(new, path)


def once(instance, check=True):
    return instance.run("run", "-c", instance.config, "--once", check=check)


def values(instance, table="m"):
    return sorted(row["v"] for row in rows(instance.folder, table))


def test_a_content_is_taken_once_also_after_restarts(firn):
    instance = firn(file_config())
    put(instance, "in/a.lp", "m,h=a v=1 1000\nm,h=a v=2 2000\n")
    for _ in range(3):
        once(instance)
        assert values(instance) == [1, 2]


def test_a_changed_content_is_taken_again(firn):
    instance = firn(file_config())
    put(instance, "in/a.lp", "m,h=a v=1 1000\n")
    once(instance)
    put(instance, "in/a.lp", "m,h=a v=3 3000\n")
    once(instance)
    assert values(instance) == [1, 3]


def test_a_file_that_is_only_touched_is_not_taken_again(firn):
    instance = firn(file_config())
    put(instance, "in/a.lp", "m,h=a v=1 1000\n")
    once(instance)
    os.utime(instance.folder / "in/a.lp", (2_000_000_000, 2_000_000_000))
    once(instance)
    assert values(instance) == [1]


def test_new_files_are_found_while_it_runs_and_not_taken_twice_after_a_kill(firn):
    instance = firn(file_config())
    put(instance, "in/a.lp", "m v=1 1000\n")
    instance.start(wait=False)
    instance.wait_log("running: ")
    put(instance, "in/b.lp", "m v=2 2000\n")
    instance.wait_log("2 committed", seconds=40)
    instance.kill()
    put(instance, "in/c.lp", "m v=3 3000\n")
    once(instance)
    assert values(instance) == [1, 2, 3]


def test_reread_takes_the_whole_file_each_time(firn):
    instance = firn(file_config("  reread = true", files='["in/a.lp"]'))
    put(instance, "in/a.lp", "m v=1 1000\n")
    once(instance)
    once(instance)
    assert values(instance) == [1, 1]


def test_a_bad_line_refuses_its_file_and_no_other(firn):
    instance = firn(file_config())
    put(instance, "in/a.lp", "m v=1 1000\nm v= 2000\n")
    put(instance, "in/b.lp", "m v=3 3000\n")
    done = once(instance, check=False)
    assert done.returncode == 2 and "a.lp" in done.stderr and "line 2" in done.stderr
    assert values(instance) == [3]
    put(instance, "in/a.lp", "m v=1 1000\nm v=2 2000\n")
    once(instance)
    assert values(instance) == [1, 2, 3]


def test_bad_lines_can_be_skipped(firn):
    instance = firn(file_config('  on_bad_line = "skip"'))
    put(instance, "in/a.lp", "m v=1 1000\nm v= 2000\nm v=3 3000\n")
    once(instance)
    assert values(instance) == [1, 3]


def test_patterns_across_folders_and_the_files_name_as_a_tag(firn):
    instance = firn(file_config('  file_tag = "file"', files='["in/**.lp"]'))
    put(instance, "in/a.lp", "m v=1 1000\n")
    put(instance, "in/deep/er/b.lp", "m v=2 2000\n")
    put(instance, "in/c.txt", "m v=3 3000\n")
    once(instance)
    table = sorted(rows(instance.folder, "m"), key=lambda row: row["v"])
    assert [(row["v"], row["file"]) for row in table] == [(1, "a.lp"), (2, "b.lp")]


def test_two_outputs_each_have_a_content_once(firn):
    second = '[[outputs.file]]\n  files = ["@DIR@/copy.lp"]\n'
    instance = firn(file_config() + second)
    put(instance, "in/a.lp", "m v=1 1000\n")
    once(instance)
    once(instance)
    assert values(instance) == [1]
    assert (instance.folder / "copy.lp").read_text() == "m v=1 1000\n"


def test_a_test_run_prints_and_keeps_nothing(firn):
    instance = firn(file_config())
    put(instance, "in/a.lp", "m v=1 1000\n")
    shown = instance.run("run", "-c", instance.config, "--test").stdout
    assert "m v=1 1000" in shown
    assert not (instance.folder / "state").exists() and not (instance.folder / "lake").exists()
