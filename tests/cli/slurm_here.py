"""A Slurm cluster of one machine, this one: munged, slurmctld and slurmd with everything in one folder. The caller runs as
root in network and process namespaces of its own, with the loopback device up, so that all of it ends with the caller.
"""
import os
import shutil
import socket
import subprocess
import time

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"]
MISSING = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]


class Slurm:
    def __init__(self, folder):
        self.folder, self.daemons = folder, []
        self.environment = dict(os.environ, PATH=PATH, SLURM_CONF=str(folder / "slurm.conf"))
        # The system resolves no name, not even a number's, where loopback is the only device with an address.
        for words in ("link add here type veth peer name there", "address add 10.98.0.1/24 dev here", "link set here up",
                      "link set there up"):
            self.call("ip", *words.split())
        host = socket.gethostname().split(".")[0]
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o600)
        for name in ("state", "spool"):
            (folder / name).mkdir()
        # More cores than there may be (config_overrides): two tasks of four, as the page has them, run at a time.
        (folder / "slurm.conf").write_text(f"""
ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/builtin
KillWait=2
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=16000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
""")
        try:
            self._start_all(folder)
        except BaseException:
            self.close()
            raise

    def _start_all(self, folder):
        self._start("munged", "--foreground", "--force", *(f"--{kind}={folder}/munge.{end}" for kind, end in (
            ("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed"))))
        self._wait_until(lambda: (folder / "munge.socket").exists(), "munged makes its socket")
        self._start("slurmctld", "-D")
        self._start("slurmd", "-D")
        self._wait_until(lambda: "State=IDLE" in self.call("scontrol", "show", "node", check=False), "the node is idle")

    def _start(self, name, *words):
        with open(self.folder / (name + ".out"), "w") as out:
            self.daemons.append(subprocess.Popen([name, *words], env=self.environment, stdin=subprocess.DEVNULL, stdout=out,
                                                 stderr=subprocess.STDOUT))

    def _wait_until(self, condition, what):
        end = time.monotonic() + 90
        while not condition():
            if time.monotonic() > end or any(daemon.poll() is not None for daemon in self.daemons):
                logs = "".join(path.read_text() for path in self.folder.glob("*.out"))
                raise RuntimeError(f"waited in vain until {what}:\n{logs}")
            time.sleep(0.1)

    def call(self, *words, check=True):
        return subprocess.run([str(word) for word in words], check=check, capture_output=True, text=True,
                              env=self.environment).stdout

    def tasks(self, job):
        """The state of each task of an array: {number: "RUNNING"}."""
        lines = self.call("squeue", "--noheader", "--array", "--states=all", "--jobs", job, "--format=%K %T").splitlines()
        return {int(number): state for number, state in map(str.split, lines)}

    def wait(self, job):
        """The tasks' states when all have ended."""
        unfinished = {"PENDING", "CONFIGURING", "RUNNING", "COMPLETING"}
        self._wait_until(lambda: not unfinished & set(self.tasks(job).values()), f"job {job} ends")
        return self.tasks(job)

    def close(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait(timeout=60)
        self.call("ip", "link", "del", "here")
