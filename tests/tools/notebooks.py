"""Small notebooks for the tests of the tools, and a stand-in for executing them."""

import base64
import os
import time
from io import BytesIO
from pathlib import Path

import nbformat
from PIL import Image

from lecture9_utils.claims import Measure, registry
from tools.jobs import Done, Job


def notebook(path: Path, *sources: str) -> Path:
    """Write a notebook: a cell with parameters and some more."""
    parameters = 'DATA = "sample"\nSEED = 0\nRATE = 0.5\nFAST = True'
    cells = [nbformat.v4.new_code_cell(source) for source in (parameters, *sources)]
    cells[0].metadata["tags"] = ["parameters"]
    cells.insert(0, nbformat.v4.new_markdown_cell(f"# {path.stem}"))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def within(measure: Measure) -> float:
    """Return a value within a measure's bounds on the full data."""
    return min(max(measure.full[0], -9), measure.full[1])


def varied(measure: Measure, seed: int) -> float:
    """Return a value within a measure's bounds that depends on the seed, if bounds allow it."""
    high = measure.full[1]
    return within(measure) + seed * min(high - within(measure), 1.0) / 1000


def claiming(number: str, **instead: object) -> str:
    """Write a cell that checks the claims of a notebook with values within their bounds.

    Of a claim that is named the first measure has another value, or is what an expression says.
    """
    lines = ["import lecture9_utils as l9", "l9.begin(DATA, SEED)"]
    for key, claim in registry().items():
        if claim.notebook == number:
            values = {measure.key: within(measure) for measure in claim.measures}
            values |= {claim.measures[0].key: instead[key]} if key in instead else {}
            lines.append(
                f"l9.claim({key!r}, {', '.join(f'{name}={value}' for name, value in values.items())})"
            )
    return "\n".join(lines)


def stand_in(job: Job) -> Done:
    """Do as if a notebook were executed: count it, take a while, draw, and record what depends on the seed.

    With FAST=False the second seed fails.
    """
    with Path(job.folder).with_name(f"ran{job.number}").open("a") as file:
        file.write(f"{job.seed}\n")
    time.sleep(float(os.environ.get("PAUSE", "0")))
    if job.seed == 1 and job.values.get("FAST") is False:
        return Done(error="in cell [2]: it fails")
    buffer = BytesIO()
    Image.new("RGBA", (1200, 40 + job.seed), (255, 0, 0, 128)).save(buffer, "png")
    png = base64.b64encode(buffer.getvalue()).decode()
    band = nbformat.v4.new_output("display_data", {"image/png": png})
    says = nbformat.v4.new_output("stream", text="Figure: a red [band].\n")
    cells = [nbformat.v4.new_markdown_cell("# 7 · A lesson")]
    for source, outputs in (("draw()", [says, band]), (f"l9.real('{job.number}_band')", [])):
        cells.append(
            nbformat.v4.new_code_cell(source, outputs=outputs, metadata={"papermill": {"start_time": "now"}})
        )
    records = [
        {"id": claim.id, "measure": one.key, "data": "full", "value": varied(one, job.seed)}
        for claim in registry().values()
        if claim.notebook == job.number
        for one in claim.measures
    ]
    return Done(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), records, seconds=1.0, processor=2.0)
