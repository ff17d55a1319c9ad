"""A private PostgreSQL cluster: unix socket only, no TCP port, owned by an unprivileged user.

    cluster start DIR [--fsync on|off] [--set name=value]...    prints the conninfo
    cluster stop DIR [--mode fast|immediate|smart]
    cluster remove DIR                                          stops and deletes everything
    cluster conninfo DIR [DATABASE]

The same as a module:

    with Cluster(directory, fsync=False) as pg:
        conninfo = pg.createdb("intake")

DIR holds the data itself when the server's user may write there and a socket's path fits;
otherwise only a file `location` that names a private directory under /tmp. Two clusters
never share anything, so any number may run at once. PostgreSQL refuses to run as root:
root's clusters belong to the user postgres, who comes with the package.
"""
import argparse
import glob
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

USER = "tongguan"           # the cluster's superuser, whoever runs it
SOCKET_PATH_MAX = 107       # sun_path less its NUL
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the directory is what is private
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "200",
    "default_toast_compression": "lz4",
    "synchronous_commit": "on",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m [%p] %d ",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "jit": "off",
    "update_process_title": "off",
}


class ClusterError(Exception):
    pass


def bin_dir():
    """The newest PostgreSQL at hand: Debian keeps each version's programs in its own directory."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    if found:
        return os.path.dirname(max(found, key=lambda p: int(re.search(r"/(\d+)/bin/", p).group(1))))
    other = shutil.which("initdb")
    if other is None:
        raise ClusterError("PostgreSQL's initdb was not found: install the package postgresql")
    return os.path.dirname(other)


def tool(name):
    return os.path.join(bin_dir(), name)


def as_owner(command):
    """The command as the user whom the cluster belongs to."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


def run(command, what, timeout=120):
    # start_new_session: Ctrl-C must not reach the server, it is stopped in order by stop()
    done = subprocess.run(as_owner(command), cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=timeout, start_new_session=True)
    if done.returncode != 0:
        raise ClusterError(f"{what} failed ({done.returncode}):\n{done.stdout.strip()}")
    return done.stdout


class Cluster:
    def __init__(self, directory, fsync=True, settings=None):
        self.directory = pathlib.Path(directory).absolute()
        self.fsync = fsync
        self.settings = dict(settings or {})
        self._base = None

    # --- where ---------------------------------------------------------------

    @property
    def base(self):
        """The directory that holds data, socket and log; None before the first start."""
        if self._base is None:
            location = self.directory / "location"
            if (self.directory / "data").is_dir():
                self._base = self.directory
            elif location.is_file():
                self._base = pathlib.Path(location.read_text().strip())
        return self._base

    @property
    def data(self):
        return self.base / "data"

    @property
    def log(self):
        return self.base / "postgresql.log"

    def _choose_base(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        path = str(self.directory / ".s.PGSQL.5432.lock")
        # blanks, quotes and commas mean something in a conninfo
        if len(os.fsencode(path)) <= SOCKET_PATH_MAX and re.fullmatch(r"[A-Za-z0-9_./+-]+", path):
            if os.geteuid() != 0:
                self.directory.chmod(0o700)
                return self.directory
            owner = pwd.getpwnam("postgres")
            before = self.directory.stat()
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
            self.directory.chmod(0o700)
            if subprocess.run(as_owner(["test", "-w", str(self.directory)]), cwd="/").returncode == 0:
                return self.directory
            os.chown(self.directory, before.st_uid, before.st_gid)
            self.directory.chmod(before.st_mode & 0o7777)
        base = pathlib.Path(tempfile.mkdtemp(prefix="tongguan-pg-", dir="/tmp"))
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(base, owner.pw_uid, owner.pw_gid)
        (self.directory / "location").write_text(f"{base}\n")
        return base

    # --- life ----------------------------------------------------------------

    def create(self):
        self._base = self._choose_base()
        run([tool("initdb"), "-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
             "--no-sync", "--no-instructions"], "initdb")

    def _write_settings(self):
        """Written whole on every start, so that restart(**settings) can change them."""
        values = SETTINGS | {"unix_socket_directories": str(self.base), "fsync": "on" if self.fsync else "off"}
        values |= self.settings
        lines = ["{} = '{}'\n".format(k, str(v).replace("'", "''")) for k, v in values.items()]
        # the server's user owns the data directory; root may write there too
        (self.data / "postgresql.auto.conf").write_text("".join(lines))

    def start(self):
        try:
            if self.base is None or not (self.data / "PG_VERSION").is_file():
                self.create()
        except KeyError:
            raise ClusterError("running as root needs the user postgres: install the package postgresql") from None
        if self.is_running():
            return self
        self._write_settings()
        try:
            run([tool("pg_ctl"), "start", "-w", "-t", "60", "-D", str(self.data), "-l", str(self.log), "-s"],
                "pg_ctl start")
        except ClusterError as e:
            tail = self.log.read_text(errors="replace").splitlines()[-15:] if self.log.is_file() else []
            raise ClusterError("\n".join([str(e), *tail])) from None
        return self

    def stop(self, mode="fast"):
        if self.is_running():
            run([tool("pg_ctl"), "stop", "-w", "-t", "60", "-m", mode, "-D", str(self.data), "-s"], "pg_ctl stop")

    def restart(self, mode="fast", **settings):
        self.stop(mode)
        self.settings |= settings
        return self.start()

    def remove(self):
        if self.base is None:
            return
        try:
            self.stop("immediate")
        finally:
            base, self._base = self._base, None
            for name in ("data", "postgresql.log"):
                path = base / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            (self.directory / "location").unlink(missing_ok=True)
            for directory in {base, self.directory}:
                try:
                    directory.rmdir()
                except OSError:
                    pass  # not ours alone

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()

    # --- using it ------------------------------------------------------------

    def pid(self):
        """The postmaster's process id, None when it is not running."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            os.kill(number, 0)
            return number
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        except PermissionError:
            return number

    def is_running(self):
        if self.base is None:
            return False
        status = subprocess.run(as_owner([tool("pg_ctl"), "status", "-D", str(self.data)]), cwd="/",
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return status.returncode == 0

    def conninfo(self, dbname="postgres"):
        return f"host={self.base} port=5432 user={USER} dbname={dbname}"

    def psql(self, sql, dbname="postgres", timeout=120):
        return run([tool("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo(dbname), "-c", sql], "psql", timeout)

    def createdb(self, name):
        """A new empty database; returns its conninfo."""
        self.psql(f'create database "{name}"')
        return self.conninfo(name)

    def dropdb(self, name):
        self.psql(f'drop database if exists "{name}" with (force)')


def main(argv):
    p = argparse.ArgumentParser(prog="cluster", description="A private PostgreSQL cluster.")
    p.add_argument("what", choices=["start", "stop", "remove", "conninfo"])
    p.add_argument("directory", metavar="DIR")
    p.add_argument("database", nargs="?", default="postgres")
    p.add_argument("--fsync", choices=["on", "off"], default="on")
    p.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any setting of postgresql.conf")
    p.add_argument("--mode", choices=["fast", "immediate", "smart"], default="fast")
    a = p.parse_args(argv)
    pg = Cluster(a.directory, fsync=a.fsync == "on", settings=dict(s.split("=", 1) for s in a.set))
    try:
        if a.what == "start":
            print(pg.start().conninfo(a.database))
        elif a.what == "stop":
            pg.stop(a.mode)
        elif a.what == "remove":
            pg.remove()
        elif pg.base is None:
            raise ClusterError(f"there is no cluster in {a.directory}")
        else:
            print(pg.conninfo(a.database))
    except ClusterError as e:
        print(f"cluster: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
