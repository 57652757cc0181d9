"""bin/run starts everything, says where, ends in order, keeps the data, leaves nothing behind."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

RUN = Path(settings.BASE_DIR) / "bin" / "lib" / "run.py"
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "LANYARD_MODE", "SECRET_KEY", "CI")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what was left behind.")


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    return tmp_path_factory.mktemp("var")


@pytest.fixture
def port():
    """One that is free, and that the system gives nobody who asks for any."""
    for number in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", number))
            return number
    raise AssertionError("A hundred ports, and none is free.")


@pytest.fixture
def run(var, port):
    """`run()`: bin/run on a folder and a port of its own, whatever is left of it ended at last."""
    started = []

    def start(*words, **more):
        env = {key: value for key, value in os.environ.items() if key not in OURS}
        process = subprocess.Popen(
            [sys.executable, RUN, "--empty", "--port", str(port), *words],
            env={**env, "LANYARD_VAR": str(var), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate()


def read_until_ready(process) -> str:
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C stops it" in line:
            return said
    raise AssertionError(said)


def family_of(var) -> set[int]:
    """The processes that work on `var`."""
    found = set()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            told = environment.read_bytes() + environment.with_name("cmdline").read_bytes()
            if str(var).encode() in told:
                found.add(int(environment.parent.name))
    return found


def gone(var, seconds=60) -> bool:
    until = time.monotonic() + seconds
    while family_of(var) and time.monotonic() < until:
        time.sleep(0.1)
    return not family_of(var)


def page(port, path) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return answer.read().decode()


def test_it_starts_says_where_and_ends_in_order(run, var, port):
    first = run()
    assert f"Lanyard is ready at http://localhost:{port}\n" in read_until_ready(first)
    assert '"ready": true' in page(port, "/readyz")
    # The key that signs cookies is for our eyes.
    key = var / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text()) >= 50

    second = run()
    assert second.communicate(timeout=60)[0] == (
        f"Lanyard already runs from here: http://localhost:{port} (process {first.pid}). "
        "Stop it with Ctrl-C in its terminal, or use it as it is.\n"
    )
    assert second.returncode == 1

    first.send_signal(signal.SIGINT)
    said = first.communicate(timeout=60)[0]
    assert (first.returncode, said.splitlines()[-1]) == (0, "Stopped.")
    assert gone(var)


def test_killed_it_leaves_nothing_behind_and_starts_again_at_once(run, var, port):
    first = run()
    read_until_ready(first)
    assert len(family_of(var)) > 5
    first.kill()
    first.wait()

    second = run()
    read_until_ready(second)
    assert '"ready": true' in page(port, "/readyz")
    second.kill()
    second.wait()
    assert gone(var)


def test_ctrl_c_in_the_middle_of_the_start(run, var):
    process = run()
    for line in process.stdout:
        if line.startswith("Preparing"):
            break
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=60)[0].splitlines()[-1] == "Stopped."
    assert process.returncode == 0
    assert gone(var)


def test_a_port_that_is_taken_is_named(run, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        process = run()
        assert process.communicate(timeout=60)[0] == (
            f"Port {port} is taken by another program. "
            f"Choose another: bin/run --port {port + 1} (or PORT={port + 1} bin/run).\n"
        )
    assert process.returncode == 1


SERVERS = """
import sys
from pathlib import Path
sys.path.insert(0, {lib!r})
from family import Family
from servers import Postgres
family = Family()
server = Postgres(family, Path({var!r}))
server.start()
print(server.data.stat().st_uid, server.sql("SELECT 1"), server.data)
family.stop()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root needs to become somebody else.")
def test_as_root_without_namespaces_the_database_runs_as_somebody_else(tmp_path):
    code = SERVERS.format(lib=str(RUN.parent), var=str(tmp_path))
    env = {**os.environ, "LANYARD_NO_NAMESPACE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    owner, answer, data = done.stdout.split()
    shutil.rmtree(Path(data).parent.parent)
    assert (int(owner) > 0, answer, done.stderr) == (True, "0", "")
