"""Commands of the open profile over a link, each with its answer."""

from __future__ import annotations

from gait.errors import PacketError
from gait.protocol import profile
from gait.protocol.control import (
    Answer,
    Backfill,
    BackfillDone,
    Command,
    Op,
    Result,
    Start,
    Started,
    Stop,
    Sync,
    SyncTimes,
    decode_answer,
    encode_command,
)
from gait.protocol.status import Status, decode_status
from gait.sensors.driver import RefusedError
from gait.sensors.link.connection import ANSWER_S, Exchanged, Link

__all__ = ["ask", "read_status"]

OPS: dict[type[Command], Op] = {
    Start: Op.START,
    Stop: Op.STOP,
    Sync: Op.SYNC,
    Backfill: Op.BACKFILL,
}
GOOD = (Result.OK, Result.OVERWRITTEN)
TODO = {
    Result.BAD_COMMAND: "its firmware is older than the profile",
    Result.BAD_VALUE: "choose another --rate",
}
"""Result -> advice."""


async def read_status(link: Link) -> Status:
    """Read STATUS.

    Raises
    ------
    LinkLostError
        No link, or no answer in time.
    PacketError
        The sensor's STATUS is not the profile's.
    """
    return decode_status(await link.read(profile.STATUS))


async def ask(link: Link, command: Command, patience_s: float = ANSWER_S) -> Exchanged[Answer]:
    """Send a command and return its answer.

    Raises
    ------
    LinkLostError
        No link, or no answer in time.
    RefusedError
        The sensor refused.
    """
    sent = Sync(link.clock_us()) if isinstance(command, Sync) else command

    def fits(payload: bytes) -> Answer | None:
        try:
            answer = decode_answer(payload)
        except PacketError:
            return None
        return answer if _answers(answer, sent) else None

    exchanged: Exchanged[Answer] = await link.exchange(profile.CTRL, encode_command(sent), fits, patience_s)
    answer = exchanged.answer
    if answer.result not in GOOD:
        name = type(command).__name__.upper()
        todo = TODO.get(answer.result, "")
        raise RefusedError(name, answer.result.name, where=link.name, todo=todo)
    if isinstance(sent, Sync):
        return Exchanged(answer, sent.t1_us, exchanged.answered_us)
    return exchanged


def _answers(answer: Answer, command: Command) -> bool:
    """Return whether an answer belongs to a command: same operation, same clock question."""
    if isinstance(answer, SyncTimes):
        return isinstance(command, Sync) and answer.t1_us == command.t1_us
    if isinstance(answer, Started):
        return isinstance(command, Start)
    if isinstance(answer, BackfillDone):
        return isinstance(command, Backfill)
    # A positive answer to START, SYNC or BACKFILL has fields; without them it is damaged.
    bare = isinstance(command, Stop) or answer.result not in GOOD
    return bare and answer.op is OPS.get(type(command))
