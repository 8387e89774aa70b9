"""All that Slack tells the app: commands, events, clicks, and checks of its address.

Knows which payload goes out how, and what people see of an acknowledgement. Knows neither who
does what nor the Web API.
"""

import contextlib
import itertools
import json
from dataclasses import replace
from typing import Any

from bot.playground.slack import courier, payloads
from bot.playground.slack.arguments import Refused
from bot.playground.slack.courier import HONEST, Attempt, Courier, Delivery, Sent, Tamper
from bot.playground.slack.messages import Control, Message, Version
from bot.playground.slack.payloads import Origin
from bot.playground.slack.people import SLACKBOT, Identity
from bot.playground.slack.responses import Responses, ResponseUrl
from bot.playground.slack.site import Site


class AppLink:
    """The way from Slack to the app, with a record of everything that went over it."""

    def __init__(self, site: Site, responses: Responses, *, courier: Courier) -> None:
        self.deliveries: list[Delivery] = []
        self._site = site
        self._responses = responses
        self.courier = courier
        self._numbers = itertools.count(1)

    async def command(
        self, answer: ResponseUrl, name: str, *, text: str, tamper: Tamper
    ) -> Delivery:
        """Bring a slash command, and show what its acknowledgement says."""
        fields = payloads.command(self._origin(answer, tamper), name, text)
        delivery = self._new("command", fields, response_url=self._address(answer))
        sent = self.courier.sealed(courier.form(fields), courier.FORM, tamper=tamper)
        await self._bring(delivery, sent)
        self._show_ack(delivery, answer, name=name)
        return delivery

    async def click(
        self,
        answer: ResponseUrl,
        message: Message,
        *,
        control: Control,
        option: str | None,
        tamper: Tamper,
    ) -> Delivery:
        """Bring a click in *message*."""
        payload = payloads.block_actions(
            self._origin(answer, tamper),
            message,
            control=control,
            option=option,
            action_ts=self._site.workspace.next_ts(),
        )
        return await self._interact(payload, answer, message=message, tamper=tamper)

    async def shortcut(
        self, answer: ResponseUrl, message: Message, *, callback_id: str, tamper: Tamper
    ) -> Delivery:
        """Bring the choice of a shortcut in the menu of *message*."""
        origin = self._origin(answer, tamper)
        payload = payloads.message_action(origin, message, callback_id=callback_id)
        return await self._interact(payload, answer, message=message, tamper=tamper)

    async def event(
        self,
        event: dict[str, Any],
        *,
        message: Message | None = None,
        deliveries: int | None = None,
        tamper: Tamper = HONEST,
    ) -> Delivery:
        """Bring any *event* until it is taken, or exactly *deliveries* times."""
        payload = payloads.callback(
            self._installation(tamper),
            event,
            event_id=f"Ev0SIMULATED{next(self._numbers):04d}",
            shared=message is not None and message.channel.place.is_ext_shared,
            now=self._site.workspace.now(),
        )
        delivery = self._new("event", payload, message=message)
        await self.courier.bring_event(delivery, tamper=tamper, deliveries=deliveries)
        self._site.workspace.wake()
        return delivery

    def unheard(self, event: dict[str, Any], message: Message) -> Delivery:
        """Record what the app is not told of."""
        return self._new("event", event, message=message)

    async def verify_url(self, challenge: str = "a-challenge") -> Delivery:
        """Ask whether the request URL is the app's, as when it is first entered."""
        payload = payloads.verification(self._site.identity, challenge)
        body = json.dumps(payload).encode()
        sent = self.courier.sealed(body, courier.JSON)
        return await self._bring(self._new("url_verification", payload), sent)

    async def ssl_check(self, *, tamper: Tamper = HONEST) -> Delivery:
        """Look at the app's certificate, as Slack does now and then."""
        fields = {"ssl_check": "1", "token": self._site.identity.verification_token}
        sent = self.courier.sealed(courier.form(fields), courier.FORM, tamper=tamper)
        return await self._bring(self._new("ssl_check", fields), sent)

    async def replay(self, delivery: Delivery) -> Attempt:
        """Send the newest request of *delivery* again: same bytes, same signature."""
        await self._bring(delivery, delivery.last.sent)
        return delivery.last

    async def redeliver(self, delivery: Delivery, *, number: int = 1) -> Attempt:
        """Bring an event once more as Slack does: same event, newly signed, marked as such."""
        sent = self.courier.sealed(delivery.last.sent.body, courier.JSON)
        await self._bring(delivery, courier.again(sent, number=number, reason="http_timeout"))
        return delivery.last

    async def _interact(
        self, payload: dict[str, Any], answer: ResponseUrl, *, message: Message, tamper: Tamper
    ) -> Delivery:
        delivery = self._new(
            "interaction", payload, message=message, response_url=self._address(answer)
        )
        body = courier.form({"payload": json.dumps(payload)})
        sent = self.courier.sealed(body, courier.FORM, tamper=tamper)
        return await self._bring(delivery, sent)

    async def _bring(self, delivery: Delivery, sent: Sent) -> Delivery:
        delivery.attempts.append(await self.courier.bring(sent))
        self._site.workspace.wake()
        return delivery

    def _new(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        message: Message | None = None,
        response_url: str = "",
    ) -> Delivery:
        delivery = Delivery(kind=kind, payload=payload, message=message, response_url=response_url)
        self.deliveries.append(delivery)
        return delivery

    def _origin(self, answer: ResponseUrl, tamper: Tamper) -> Origin:
        user = answer.user
        return Origin(
            identity=self._installation(tamper),
            user=replace(user, team_id=tamper.team_id) if tamper.team_id else user,
            channel=answer.channel,
            response_url=self._address(answer),
            trigger_id=f"{next(self._numbers)}.{int(self._site.workspace.now())}.simulated",
        )

    def _installation(self, tamper: Tamper) -> Identity:
        ours = self._site.identity
        return replace(
            ours,
            team_id=tamper.team_id or ours.team_id,
            app_id=tamper.app_id or ours.app_id,
        )

    def _address(self, answer: ResponseUrl) -> str:
        return self._site.url + answer.path

    def _show_ack(self, delivery: Delivery, answer: ResponseUrl, *, name: str) -> None:
        if not delivery.taken:
            timed_out = delivery.last.reason == "http_timeout"
            error = "operation_timeout" if timed_out else "dispatch_failed"
            self._site.workspace.post(
                answer.channel,
                SLACKBOT,
                content=Version(f'{name} failed with the error "{error}"'),
                ephemeral_to=answer.user.id,
            )
            return
        given = _ack_content(delivery.body)
        if given:
            # A mistake in it is noted; people see nothing, as in Slack.
            with contextlib.suppress(Refused):
                self._responses.say(answer, given, where="ack")


def _ack_content(body: str) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    return given if isinstance(given, dict) else {"text": body}
