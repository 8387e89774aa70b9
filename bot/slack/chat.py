"""The port ``Chat`` on Slack: who asks, where, and how an answer gets there.

Knows which method serves what, and what takes its place when Slack refuses it: a method that is
missing costs a feature, never the answer. Does not know what an answer says.
"""

from collections.abc import Sequence
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatError, ChatUnclear
from bot.ports import Answer, Asked, Clock, MessageRef, Person, Place, Way
from bot.slack import message as messages
from bot.slack import words
from bot.slack.delivery import deliver, reference
from bot.slack.identity import Identity
from bot.slack.ids import Kind, carries
from bot.slack.message import BUDGETS, Message
from bot.slack.people import Home, read_person, read_place, unknown_place
from bot.slack.response_url import ResponseUrls
from bot.slack.web_api import WebApi, open_client, refused


# A thread longer than this is not one of ours.
_MOST_PAGES = 10
_PAGE = 200

log = structlog.get_logger()


class SlackChat:
    """The workspace that *me* belongs to, as the bot may act in it."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        *,
        me: Identity,
        clock: Clock,
        command: str,
        response_hosts: Sequence[str],
    ) -> None:
        # Whatever the client given does on trouble, ours sends nothing twice.
        proxy = client.proxy or ""
        careful = open_client(
            session, token=client.token or "", api_url=client.base_url, proxy=proxy
        )
        self._api = WebApi(careful, sleep=clock.sleep)
        self._urls = ResponseUrls(session, hosts=response_hosts, proxy=proxy, sleep=clock.sleep)
        self._home = Home(me.team, me.enterprise)
        self._our_user = me.user
        self._command = command

    # Who and where ----------------------------------------------------------------------------

    async def person(self, user: str) -> Person:
        """Say who *user* is, asked anew; where Slack cannot say, nobody who gets an answer."""
        try:
            data = await self._api.read("users.info", user=user)
        except ChatError as error:
            log.warning("slack.person_unknown", reason=error.code)
            scope = error.code in {"missing_scope", "unknown_method"}
            why_not = words.WHO_ASKS_SCOPE if scope else words.WHO_ASKS
            return Person(id=user, full_member=False, why_not=why_not)
        return read_person(user, data.get("user"), self._home)

    async def in_group(self, user: str, group: str) -> bool:
        """Say whether *user* is in the user group *group*; no, where Slack will not tell."""
        try:
            data = await self._api.read("usergroups.users.list", usergroup=group)
        except ChatError as error:
            if not refused(error):
                raise
            log.warning("slack.group_unknown", group=group, reason=error.code)
            return False
        members = data.get("users")
        return isinstance(members, list) and user in members

    async def place(self, channel: str) -> Place:
        """Say what kind of place *channel* is; unknown where Slack will not tell."""
        try:
            data = await self._api.read("conversations.info", channel=channel)
        except ChatError as error:
            log.info("slack.place_unknown", reason=error.code)
            return unknown_place(channel)
        return read_place(channel, data.get("channel"), self._home)

    async def find_answer(self, asked: Asked, answer_id: str) -> MessageRef | None:
        """Look in the thread for a message of ours that carries *answer_id*."""
        if not asked.thread:
            return None
        return await self._find(asked.channel, asked.thread, kind=Kind.ANSWER, record=answer_id)

    # Saying things ----------------------------------------------------------------------------

    async def show_looking(self, asked: Asked, answer_id: str, *, private: bool) -> MessageRef:
        """Say that the question is being looked into."""
        message = messages.looking(answer_id)
        if private and asked.way is not Way.DM:
            await self._whisper(asked, message, replaces=False)
            return MessageRef()
        return await self._post_or_whisper(asked, message, instead=message)

    async def show_answer(
        self, asked: Asked, answer: Answer, *, private: bool, shown: MessageRef | None
    ) -> MessageRef:
        """Show the answer, in place of *shown* where there is one; evidence follows below it."""
        whole = messages.answered(answer, private=True)
        # What was shown has no address where it went to one person only.
        unseen = shown is not None and not shown.ts
        if (private and asked.way is not Way.DM) or unseen:
            await self._whisper(asked, whole, replaces=shown is not None)
            return MessageRef()
        message = messages.answered(answer, private=False)
        where = await self._update(message, shown) if shown else None
        where = where or await self._post_or_whisper(asked, message, instead=whole)
        if where.ts:
            await self._show_evidence(asked, answer, below=where, again=shown is not None)
        return where

    async def tell(self, asked: Asked, sentence: str) -> None:
        """Tell the person who asked something, so that nobody else sees it."""
        message = messages.told(sentence)
        if asked.way is Way.DM and not asked.response_url:
            await self._post(asked.channel, message, thread=asked.thread)
            return
        await self._whisper(asked, message, replaces=False)

    async def show_help(self, asked: Asked) -> None:
        """Tell the person who asked what can be asked, and how."""
        await self.tell(asked, words.help_text(self._command))

    # How it gets there ------------------------------------------------------------------------

    async def _post(self, channel: str, message: Message, *, thread: str) -> MessageRef:
        async def send(content: dict[str, Any]) -> dict[str, Any]:
            payload = {
                "channel": channel,
                **content,
                "metadata": message.metadata(),
                "unfurl_links": False,
                "unfurl_media": False,
                **({"thread_ts": thread} if thread else {}),
            }
            return await self._api.write("chat.postMessage", payload, repeatable=False)

        answer = await deliver(message, send)
        return reference(answer, channel)

    async def _post_or_whisper(
        self, asked: Asked, message: Message, *, instead: Message
    ) -> MessageRef:
        try:
            return await self._post(asked.channel, message, thread=asked.thread)
        except ChatError as error:
            if not refused(error) or asked.way is Way.DM:
                raise
            log.warning("slack.post_refused", reason=error.code)
        await self._whisper(asked, instead, replaces=False)
        return MessageRef()

    async def _update(self, message: Message, shown: MessageRef) -> MessageRef | None:
        async def send(content: dict[str, Any]) -> dict[str, Any]:
            payload = {
                "channel": shown.channel,
                "ts": shown.ts,
                **content,
                "metadata": message.metadata(),
            }
            return await self._api.write("chat.update", payload, repeatable=True)

        try:
            await deliver(message, send)
        except ChatError as error:
            if not refused(error):
                raise
            log.warning("slack.update_refused", reason=error.code)
            return None
        return shown

    async def _show_evidence(
        self, asked: Asked, answer: Answer, *, below: MessageRef, again: bool
    ) -> None:
        message = messages.evidence(answer)
        if not message.draw(BUDGETS[0]):
            return
        thread = asked.thread or below.ts
        try:
            # Whoever showed the answer before us may have come as far as this.
            if again and await self._find(
                below.channel, thread, kind=Kind.EVIDENCE, record=answer.id
            ):
                return
            await self._post(below.channel, message, thread=thread)
        except ChatError as error:
            log.warning("slack.evidence_not_shown", reason=error.code)

    async def _whisper(self, asked: Asked, message: Message, *, replaces: bool) -> None:
        """Say it to one person: by the way back, else in the channel, else in their messages."""
        ways = (self._answer_back, self._post_ephemeral, self._post_to_person)
        usable = ways if asked.response_url else ways[1:]
        for way in usable[:-1]:
            try:
                await way(asked, message, replaces=replaces)
            except ChatUnclear:
                raise
            except ChatError as error:
                log.warning("slack.whisper_refused", way=way.__name__, reason=error.code)
            else:
                return
        await usable[-1](asked, message, replaces=replaces)

    async def _answer_back(self, asked: Asked, message: Message, *, replaces: bool) -> None:
        # A button's way back replaces the message with the button: only if nobody else sees it.
        replaces = asked.private if asked.way is Way.ACTION else replaces

        async def send(content: dict[str, Any]) -> None:
            payload = {
                "response_type": "ephemeral",
                "replace_original": replaces,
                **content,
                "metadata": message.metadata(),
                **({"thread_ts": asked.thread} if asked.thread else {}),
            }
            await self._urls.post(asked.response_url, payload)

        await deliver(message, send)

    async def _post_ephemeral(self, asked: Asked, message: Message, *, replaces: bool) -> None:
        del replaces  # What one person was shown cannot be edited.

        async def send(content: dict[str, Any]) -> dict[str, Any]:
            payload = {
                "channel": asked.channel,
                "user": asked.user,
                **content,
                **({"thread_ts": asked.thread} if asked.thread else {}),
            }
            return await self._api.write("chat.postEphemeral", payload, repeatable=False)

        await deliver(message, send)

    async def _post_to_person(self, asked: Asked, message: Message, *, replaces: bool) -> None:
        del replaces
        await self._post(asked.user, message, thread="")

    # Looking ----------------------------------------------------------------------------------

    async def _find(
        self, channel: str, thread: str, *, kind: Kind, record: str
    ) -> MessageRef | None:
        cursor = ""
        try:
            for _ in range(_MOST_PAGES):
                found, cursor = await self._replies(channel, thread, cursor=cursor)
                for reply in found:
                    # A message of somebody else's is not ours, whatever its metadata says.
                    ours = reply.get("user") == self._our_user
                    if ours and carries(reply, kind, record=record):
                        return MessageRef(channel, str(reply["ts"]))
                if not cursor:
                    break
        except ChatError as error:
            if not refused(error):
                raise
            log.warning("slack.thread_unreadable", reason=error.code)
        return None

    async def _replies(
        self, channel: str, thread: str, *, cursor: str
    ) -> tuple[list[dict[str, Any]], str]:
        page = await self._api.read(
            "conversations.replies",
            channel=channel,
            ts=thread,
            include_all_metadata="true",
            limit=str(_PAGE),
            **({"cursor": cursor} if cursor else {}),
        )
        after = (page.get("response_metadata") or {}).get("next_cursor")
        return page.get("messages") or [], str(after or "")
