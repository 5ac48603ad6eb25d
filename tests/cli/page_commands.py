"""The commands of docs/many-machines.md, so that a test runs what people copy."""
import pathlib
import re

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs/many-machines.md").read_text()
BLOCKS = re.findall(r"^```([a-z-]+)\n(.*?)^```$", PAGE, re.M | re.S)


def block(part):
    """The one block of the page that holds `part`."""
    found = [text for _, text in BLOCKS if part in text]
    if len(found) != 1:
        raise LookupError(f"{len(found)} blocks of docs/many-machines.md hold {part!r}; the test expects one")
    return found[0]
