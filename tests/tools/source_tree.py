"""The files of the project: what git knows, or every file of an unpacked release. Used by the tests beside it."""
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]


def files():
    """Paths relative to the top, tracked or new but not ignored."""
    if (TOP / ".git").exists():
        listed = subprocess.run(["git", "-c", f"safe.directory={TOP}", "ls-files", "-co", "--exclude-standard", "-z"],
                                cwd=TOP, capture_output=True, check=True)
        names = [pathlib.Path(name) for name in listed.stdout.decode().split("\0") if name]
        return sorted(name for name in names if (TOP / name).is_file())
    unpacked = (path.relative_to(TOP) for path in TOP.rglob("*") if path.is_file())
    return sorted(name for name in unpacked if not name.parts[0].startswith("build") and "__pycache__" not in name.parts)


def text(path):
    """The file's text, or None for a binary."""
    data = (TOP / path).read_bytes()
    return None if b"\0" in data or path.suffix in (".jpg", ".png") else data.decode()
