"""The command line: the same engine without Slack.

Answers and JSON go to standard output, everything else to standard error. Each command imports
what it needs itself: ``explain`` must not pay for Bolt, aiohttp or the queue.
"""

import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from cyclopts import App, CycloptsError, Parameter

from bot.errors import BotError, Refused, SettingsWrong


DONE, FINDINGS, WRONG, SILENT, UNDECIDED = 0, 1, 2, 3, 4
# Ours to be ashamed of, and ended by the person: neither may be taken for an answer.
CRASHED, INTERRUPTED = 70, 130
_CHUNK = 1024 * 1024

app = App(
    name="harborbot",
    help="Says why an image was not replicated between Harbor registries.",
    version=lambda: metadata.version("harborbot"),
    version_flags=("--version",),
)

AsJson = Annotated[
    bool, Parameter(name="--json", negative="", show_default=False, help="Print one JSON object.")
]
Word = partial(Parameter, show_default=False, allow_leading_hyphen=True)


@app.command
def run() -> int:
    """Run the bot with the settings of the environment and .env."""
    from bot import app as product

    product.start()
    return DONE


@app.command
def why(
    image: Annotated[
        str, Parameter(help="[PROJECT/]NAME[:TAG][@DIGEST]; the beginning of a tag will do.")
    ],
    /,
    *,
    source: Annotated[
        str, Parameter(name="--from", show_default=False, help="The instance it comes from.")
    ] = "",
    destination: Annotated[
        str, Parameter(name="--to", show_default=False, help="The instance it goes to.")
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Say why IMAGE is not where it should be.

    Ends with 0 when it is, 1 when it is not, 2 when the question or the settings are wrong, 3
    when no instance answered, 4 when it cannot tell.
    """
    from bot import log, settings
    from bot.replication.report import diagnosis_data, diagnosis_words
    from bot.replication.verdicts import Verdict

    read = settings.read()
    log.configure(level=read.log_level, style=read.log_format)
    answer = asyncio.run(_why(read, image, source=source, destination=destination))
    cost = {
        "requests": answer.requests,
        "round_trips": answer.round_trips,
        "seconds": round(answer.seconds, 3),
    }
    if as_json:
        _print_json({**diagnosis_data(answer.diagnosis), **cost})
    else:
        print(diagnosis_words(answer.diagnosis))
        print(f"\n{answer.requests} requests, {answer.seconds:.1f} s")
    if answer.nobody_answered:
        return SILENT
    verdict = answer.diagnosis.verdict
    return {Verdict.SYNCED: DONE, Verdict.CANNOT_TELL: UNDECIDED}.get(verdict, FINDINGS)


@app.command
def explain(
    file: Annotated[
        Path | None, Parameter(help="A job's or task's log; without it, standard input is read.")
    ] = None,
    /,
    *,
    harbor_version: Annotated[str, Word(help="Which Harbor wrote it, such as 1.2.2.")] = "",
    status: Annotated[str, Word(help="The job's status, in any Harbor's word.")] = "",
    status_text: Annotated[str, Word(help="What Harbor says beside the status.")] = "",
    each: Annotated[
        bool, Parameter(negative="", show_default=False, help="One JSON object a line, each job.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Name the cause in a job's or task's log, from FILE or standard input.

    With several jobs in it the newest decides. Ends with 0 whenever it answered.
    """
    told = {
        "harbor_version": harbor_version or None,
        "status": status or None,
        "status_text": status_text or None,
    }
    if file is None and (sys.stdin is None or sys.stdin.isatty()):
        return _complain("Give a log on standard input, or name a file.")
    try:
        with sys.stdin.buffer if file is None else file.open("rb") as stream:
            return _explain(stream, told, each=each, as_json=as_json)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _complain(f"{file or 'Standard input'} cannot be read: {error.strerror}.")


def _explain(stream: BinaryIO, told: dict[str, str | None], *, each: bool, as_json: bool) -> int:
    from bot.replication import explanation, report

    chunks = _chunks(stream)
    first = next((chunk for chunk in chunks if chunk.strip()), b"")
    if not first and not (told["status"] or told["status_text"]):
        return _complain("There is no log in that, and neither --status nor --status-text.")
    log = _after(first, chunks)
    if each:
        for job, one in explanation.explain_each(log, **told):
            _print_json({"job": job, **report.explanation_data(one)})
        return DONE
    one = explanation.explain(log, **told)
    if as_json:
        _print_json(report.explanation_data(one))
    else:
        print(report.explanation_words(one))
    return DONE


@app.command
def demo(
    *,
    story: Annotated[  # noqa: ARG001 - it is all that there is to show, said or not
        bool,
        Parameter(negative="", show_default=False, help="Tell the story and end, as it does now."),
    ] = True,
) -> int:
    """Start a simulated workspace and two Harbors, and tell the story in the terminal."""
    try:
        return asyncio.run(_demo())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return DONE


async def _demo() -> int:
    from bot.playground.story import tell

    # SIGINT is cancelled by asyncio; whoever sends SIGTERM wants nothing left running either.
    telling = asyncio.ensure_future(tell(partial(print, flush=True)))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, telling.cancel)
    return await telling


async def _why(read: Any, image: str, *, source: str, destination: str) -> Any:
    from bot.clock import SystemClock
    from bot.harbor.client import open_harbors
    from bot.replication.image_ref import read_image
    from bot.use_cases.answer_why import answer_why

    asked = read_image(image)
    clock = SystemClock()
    async with open_harbors(read.instances(), clock=clock) as harbors:
        return await answer_why(
            harbors,
            asked,
            source=source,
            destination=destination,
            clock=clock,
        )


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _print_json(data: dict[str, Any]) -> None:
    # In ASCII: whatever stands in a log cannot end the line or steer a terminal.
    print(json.dumps(data))


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return WRONG


def _crash() -> int:
    from bot import log

    log.configure()
    log.crashed()
    return CRASHED


def main() -> None:
    """Run the command that the arguments name, and end with its status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = app(exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        status = _complain(f"{error} See harborbot --help.")
    except (Refused, SettingsWrong) as error:
        status = _complain(str(error))
    except BotError as error:
        print(error, file=sys.stderr)
        status = SILENT
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = INTERRUPTED
    except Exception:  # noqa: BLE001 - Python's own traceback is not redacted
        status = _crash()
    sys.exit(status if isinstance(status, int) else DONE)
