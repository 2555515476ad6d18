import os
import subprocess
import sys

from bench import usage


def test_a_process_whose_name_holds_brackets_and_blanks_is_read():
    figures = "S 17 1 1 0 -1 0 0 0 0 0 250 50 30 20 20 0 1 0 987654 0"
    read = usage.parsed(f"42 (a ) (b) {figures}")
    assert read == usage.Process(pid=42, parent=17, ticks=300, reaped=50, started=987654)


def test_a_tree_holds_a_process_and_its_children():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        family = [process.pid for process in usage.tree(os.getpid())]
        child.communicate(b"\n")
    assert family[0] == os.getpid()
    assert child.pid in family


def test_a_process_that_has_ended_has_no_tree():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert usage.tree(child.pid) == []


def test_memory_is_that_of_the_process():
    assert usage.memory(os.getpid()).resident >= usage.memory(os.getpid()).proportional > 1024**2
