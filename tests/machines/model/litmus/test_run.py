"""test_run - weaken an end in a copy of the engine: its shape must say so, and nothing else may.

    test_run.py ROOT"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import weaken  # noqa: E402

PLANTED = [
    ("rcu.link", "engine/protocol/rcu/newest.inc.h", "set_link", "rcu.link"),
    ("optimistic.words", "engine/protocol/optimistic.c", "word_at", "optimistic.words"),
    ("workers.gate", "engine/records/worker.c", "quipui_worker_take", "workers.gate"),
    ("lock.word", "engine/base/lock.c", "quipui_lock_wait", "lock.word.asleep"),
]


def run(root, shape):
    return subprocess.run([sys.executable, "-B", os.path.join(HERE, "run.py"), root, shape],
                          check=False, stdout=subprocess.DEVNULL).returncode


def main(root):
    for edge, path, function, shape in PLANTED:
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(os.path.join(root, "engine"), os.path.join(copy, "engine"))
            if run(copy, shape) != 0:
                sys.exit(f"{shape} fails as it is")
            ends = weaken.ends_of(copy)
            weaken.weaken(copy, ends[(edge, path, function)], path)
            if run(copy, shape) != 1:
                sys.exit(f"{edge} is relaxed in {function}(), and {shape} does not say so")
    print(f"{len(PLANTED)} weakened ends found")


if __name__ == "__main__":
    main(sys.argv[1])
