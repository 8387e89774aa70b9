"""The command line: the same engine without Slack.

Answers and JSON go to standard output, everything else to standard error. Each command imports
what it needs itself: ``explain`` must not pay for Bolt, aiohttp or the queue.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from cyclopts import App, CycloptsError, Parameter

from bot.errors import BotError, Refused, SettingsWrong


DONE, FINDINGS, WRONG, SILENT, UNDECIDED = 0, 1, 2, 3, 4
_CHUNK = 1024 * 1024

app = App(
    name="harborbot",
    help="Says why an image was not replicated between Harbor registries.",
    version_flags=(),
)

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON object.")]


@app.command
def run() -> int:
    """Run the bot with the settings of the environment and .env."""
    from bot import app as product  # noqa: PLC0415 - see the module's docstring
    from bot import log, settings  # noqa: PLC0415

    read = settings.read(needs_slack=True)
    log.configure(level=read.log_level, style=read.log_format)
    asyncio.run(product.run(read))
    return DONE


@app.command
def why(
    image: str,
    *,
    source: Annotated[str, Parameter(name="--from", help="The instance it comes from.")] = "",
    destination: Annotated[str, Parameter(name="--to", help="The instance it goes to.")] = "",
    as_json: AsJson = False,
) -> int:
    """Say why IMAGE is not where it should be.

    Ends with 0 when it is, 1 when it is not, 3 when no instance answered, 4 when it cannot tell.
    """
    from bot import log, settings  # noqa: PLC0415
    from bot.replication.verdicts import Verdict  # noqa: PLC0415

    read = settings.read()
    log.configure(level=read.log_level, style=read.log_format)
    answer = asyncio.run(_why(read, image, source=source, destination=destination))
    print(json.dumps(_answer_data(answer), ensure_ascii=False) if as_json else _in_words(answer))
    if answer.nobody_answered:
        return SILENT
    verdict = answer.diagnosis.verdict
    return {Verdict.SYNCED: DONE, Verdict.CANNOT_TELL: UNDECIDED}.get(verdict, FINDINGS)


@app.command
def explain(
    file: Path | None = None,
    *,
    harbor_version: str = "",
    status: str = "",
    status_text: str = "",
    each: Annotated[bool, Parameter(negative="", help="One object a line, for each job.")] = False,
    as_json: AsJson = False,
) -> int:
    """Name the cause in a job's or task's log, from FILE or standard input."""
    from bot.replication.explanation import explain as explained  # noqa: PLC0415
    from bot.replication.explanation import explain_each  # noqa: PLC0415
    from bot.replication.report import explanation_data  # noqa: PLC0415

    if file is None and sys.stdin.isatty():
        return _complain("Give a log on standard input, or name a file.")
    told: dict[str, Any] = {
        "harbor_version": harbor_version or None,
        "status": status or None,
        "status_text": status_text or None,
    }
    try:
        stream = sys.stdin.buffer if file is None else file.open("rb")
    except OSError as error:
        return _complain(f"{file} cannot be read: {error.strerror}.")
    with stream:
        chunks = _chunks(stream)
        first = next(chunks, b"")
        if not first.strip() and not (status or status_text):
            return _complain("There is no log in that, and neither --status nor --status-text.")
        log = _after(first, chunks)
        if each:
            for job, one in explain_each(log, **told):
                print(json.dumps({"job": job, **explanation_data(one)}, ensure_ascii=False))
            return DONE
        data = explanation_data(explained(log, **told))
    print(json.dumps(data, ensure_ascii=False) if as_json else _explanation_in_words(data))
    return DONE


@app.command
def demo(
    *,
    story: Annotated[bool, Parameter(negative="", help="Tell the story and end.")] = True,
) -> int:
    """Start a simulated workspace and two Harbors, and tell the story in the terminal."""
    from bot.playground.story import tell  # noqa: PLC0415

    return asyncio.run(tell(print)) if story else DONE


async def _why(read: Any, image: str, *, source: str, destination: str) -> Any:
    from bot import app as product  # noqa: PLC0415
    from bot.replication.image_ref import read_image  # noqa: PLC0415
    from bot.use_cases.answer_why import answer_why  # noqa: PLC0415

    asked = read_image(image)
    async with product.open_harbors(read) as harbors:
        return await answer_why(
            harbors,
            asked,
            source=source,
            destination=destination,
            clock=product.SystemClock(),
        )


def _answer_data(answer: Any) -> dict[str, Any]:
    from bot.replication.report import diagnosis_data  # noqa: PLC0415

    return {
        **diagnosis_data(answer.diagnosis),
        "requests": answer.requests,
        "round_trips": answer.round_trips,
        "seconds": round(answer.seconds, 3),
    }


def _in_words(answer: Any) -> str:
    diagnosis = answer.diagnosis
    lines = [
        diagnosis.summary,
        "",
        f"Verdict     {diagnosis.verdict}" + (f" ({diagnosis.cause})" if diagnosis.cause else ""),
        f"Confidence  {diagnosis.confidence}",
        f"Run again   {diagnosis.rerun}: {diagnosis.rerun_when}",
    ]
    if diagnosis.remedy:
        lines.append(f"Remedy      {diagnosis.remedy}")
    lines.append("")
    lines += [f"{check.state:>8}  {check.name}: {check.detail}" for check in diagnosis.checks]
    lines += [f"  unseen  {spot.what}: {spot.why} {spot.remedy}" for spot in diagnosis.blind_spots]
    lines += [f"  perhaps {name}" for name in diagnosis.candidates]
    lines += ["", f"{answer.requests} requests, {answer.seconds:.1f} s"]
    return "\n".join(lines)


def _explanation_in_words(data: dict[str, Any]) -> str:
    lines = [
        f"Cause       {data['cause']} ({data['confidence']} confidence)",
        f"Remedy      {data['remedy']}",
        f"Run again   {data['rerun']}: {data['rerun_when']}",
        *(f"            {line}" for line in data["evidence"]),
    ]
    if data["alternatives"]:
        lines.append(f"Or          {', '.join(data['alternatives'])}")
    return "\n".join(lines)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return WRONG


def main() -> None:
    """Run the command that the arguments name, and end with its status."""
    try:
        status = app(exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        status = _complain(f"{error} See harborbot --help.")
    except (Refused, SettingsWrong) as error:
        status = _complain(str(error))
    except BotError as error:
        print(error, file=sys.stderr)
        status = SILENT
    except KeyboardInterrupt:
        status = DONE
    sys.exit(status if isinstance(status, int) else DONE)
