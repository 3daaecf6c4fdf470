"""Keep the pictures of a run on the real data that the lessons show with `l9.real`."""

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tools.command import write

REAL = re.compile(r"""\bl9\.real\(\s*["'](\w+)["']\s*\)""")
WIDEST, COLOURS = 900, 256


def pictures(cells: Sequence[Any]) -> dict[str, tuple[bytes, str]]:
    """Find what a notebook drew last before each ``l9.real("name")``: the PNG, and what it shows."""
    found, last = {}, None
    for cell in cells:
        outputs = cell.get("outputs", [])
        if shown := REAL.search(cell.source):
            if last:
                found[shown[1]] = last
            continue  # what it shows itself is the picture of an earlier run
        says = re.findall(r"^Figure: (.+)$", "".join(o.get("text", "") for o in outputs), re.MULTILINE)
        for output in outputs:
            if png := output.get("data", {}).get("image/png"):
                last = b64decode(png), says[-1] if says else cell.source.strip().splitlines()[-1]
    return found


def small(png: bytes) -> bytes:
    """Make a picture small: at most so wide, in few colours, on white."""
    drawn = Image.open(BytesIO(png)).convert("RGBA")
    picture = Image.new("RGBA", drawn.size, "white")
    picture.alpha_composite(drawn)
    picture.thumbnail((WIDEST, 10 * WIDEST), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def keep(folder: Path, found: Mapping[str, tuple[bytes, str]]) -> None:
    """Write the pictures into a folder, and remove those that no lesson shows any more."""
    for name, (png, _) in found.items():
        write(folder / f"{name}.png", small(png))
    for path in folder.glob("*.png"):
        if path.stem not in found:
            path.unlink()
