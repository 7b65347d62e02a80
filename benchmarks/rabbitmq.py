"""A RabbitMQ node of its own, beside whatever else runs on this machine: own folder, own ports, own epmd."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from benchmarks.ports import free_ports, wait_for_port

# Not the wrapper in the PATH: that one allows the system's folders only.
SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
START_SECONDS = 60.0


class RabbitMQ:
    """Debian's rabbitmq-server, as the user `rabbitmq` where this is root, on loopback only."""

    def __init__(self) -> None:
        self._user = "rabbitmq" if os.geteuid() == 0 else None
        self._home = Path(tempfile.mkdtemp(prefix="jobsite-rabbitmq-"))
        if self._user:
            shutil.chown(self._home, self._user, pwd.getpwnam(self._user).pw_gid)
        self._port, self._dist, self._epmd = free_ports(3)
        self._epmd_process: subprocess.Popen[bytes] | None = None
        self._node: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._port}//"

    @property
    def pid(self) -> int:
        if self._node is None:
            raise RuntimeError("it was not started")
        return self._node.pid

    def start(self) -> None:
        self.spawn_node()
        self.wait_until_ready()

    def spawn_node(self) -> subprocess.Popen[bytes]:
        """In a process group of its own; again after its end."""
        # Started by us and not by the node, which would leave it running.
        if self._epmd_process is None:
            self._epmd_process = self._spawn(["epmd", "-port", str(self._epmd), "-address", "127.0.0.1"])
            wait_for_port(self._epmd, seconds=START_SECONDS)
        self._node = self._spawn([SERVER])
        return self._node

    def wait_until_ready(self) -> None:
        wait_for_port(self._port, seconds=START_SECONDS)

    def stop(self) -> None:
        for process in (self._node, self._epmd_process):
            if process is not None:
                process.send_signal(signal.SIGTERM)
                process.wait(START_SECONDS)
        self._node = self._epmd_process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            env=self._environ(),
            cwd="/",
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            process_group=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _environ(self) -> dict[str, str]:
        home = str(self._home)
        return {
            "PATH": f"{os.defpath}:/usr/sbin:/sbin",
            "LC_ALL": "C.UTF-8",
            "HOME": home,  # Of the Erlang cookie.
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq",
            "RABBITMQ_DIST_PORT": str(self._dist),
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
            "RABBITMQ_NODENAME": f"jobsite-{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_PID_FILE": f"{home}/pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            # The node in the place of its start script, so that a signal to this pid reaches it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
