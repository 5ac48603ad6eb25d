"""Machines reached by ssh that are none: network namespaces with an sshd each, on one disk. The caller runs as root in
mount, network and process namespaces of its own, so that all of it ends with the caller.
"""
import os
import shutil
import signal
import subprocess
import time

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def run(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **more)


class SshHosts:
    def __init__(self, folder, names, environment, client_settings=""):
        """environment: what a command sees there; client_settings: ssh's own configuration, which ours goes before."""
        self.folder, self.servers = folder, {}
        for name in ("client", "server"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
        public_key = " ".join((folder / "server.pub").read_text().split()[:2])
        (folder / "known_hosts").write_text("".join(f"{name} {public_key}\n" for name in names))
        # Ours comes first, and ssh takes the first value that it meets: a lost machine is noticed within two seconds.
        ours = (f"Host *\n    User root\n    IdentityFile {folder}/client\n    IdentitiesOnly yes\n"
                f"    UserKnownHostsFile {folder}/known_hosts\n    GlobalKnownHostsFile none\n    LogLevel ERROR\n"
                f"    ServerAliveInterval 1\n    ServerAliveCountMax 2\n    ConnectTimeout 2\n")
        (folder / "sshd_config").write_text(
            f"HostKey {folder}/server\nAuthorizedKeysFile {folder}/client.pub\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
            "PermitUserRC no\nPidFile none\nMaxStartups 100\nSetEnv "
            + " ".join(f'"{key}={value}"' for key, value in environment.items()) + "\n")
        for number, name in enumerate(names):
            ours += f"Host {name}\n    HostName 10.99.{number}.2\n    HostKeyAlias {name}\n"
            self._add(name, f"10.99.{number}")
        self.client_config = folder / "ssh_config"
        self.client_config.write_text(ours + client_settings)
        for name in names:
            self._wait_for(name)

    def _add(self, name, net):
        run("ip", "netns", "add", name)
        run("ip", "link", "add", "to-" + name, "type", "veth", "peer", "name", "net", "netns", name)
        run("ip", "address", "add", net + ".1/24", "dev", "to-" + name)
        run("ip", "link", "set", "to-" + name, "up")
        run("ip", "-n", name, "address", "add", net + ".2/24", "dev", "net")
        for device in ("lo", "net"):
            run("ip", "-n", name, "link", "set", device, "up")
        with open(self.folder / (name + ".log"), "w") as log:
            self.servers[name] = subprocess.Popen(["ip", "netns", "exec", name, SSHD, "-D", "-e", "-f",
                                                   str(self.folder / "sshd_config")], stderr=log, stdin=subprocess.DEVNULL)

    def _wait_for(self, name):
        end = time.monotonic() + 60
        while True:
            done = subprocess.run(["ssh", "-F", self.client_config, name, "true"], capture_output=True, text=True)
            if done.returncode == 0:
                return
            if time.monotonic() > end or self.servers[name].poll() is not None:
                raise RuntimeError(f"no ssh to {name}: {done.stderr}{(self.folder / (name + '.log')).read_text()}")
            time.sleep(0.1)

    def processes(self, name):
        """The numbers and names of the programs that run there."""
        found = {}
        for number in run("ip", "netns", "pids", name).stdout.split():
            try:
                with open(f"/proc/{number}/comm") as file:
                    found[int(number)] = file.read().strip()
            except OSError:
                pass  # it has ended
        return found

    def stop(self, name, program):
        """Stops every process of the program; whether there is one."""
        for number, what in self.processes(name).items():
            if what == program:
                os.kill(number, signal.SIGSTOP)
        return program in self.processes(name).values()

    def lose(self, name):
        """As if somebody had pulled both plugs: the network first, so that nobody is told."""
        run("ip", "-n", name, "link", "set", "net", "down")
        while numbers := self.processes(name):
            for number in numbers:
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.servers[name].poll()
            time.sleep(0.02)

    def close(self):
        for name, server in self.servers.items():
            self.lose(name)
            server.wait()
            run("ip", "link", "del", "to-" + name)
            run("ip", "netns", "del", name)
