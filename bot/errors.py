"""Every error of ours, by what its reader can do about it.

A library's exception is the cause of one of these and never crosses a room itself. The text of
an error is written for the person who asked; what code needs to know rides in attributes.

    BotError
    ├── Refused                  fix the request, or ask somebody who may
    │   ├── BadQuestion          the words were not understood; carries an example
    │   └── NotAllowed           this person, or this place, gets no answer
    ├── OurFault                 tell the bot's owners; carries the number it is logged under
    ├── SettingsWrong            the operator mends the configuration
    ├── HarborError              one instance; names it and the remedy
    │   ├── HarborUnreachable    no answer: down, DNS, TLS, too slow
    │   ├── HarborBusy           asked to slow down, or a front gave up
    │   ├── HarborBroken         an answer that no Harbor gives
    │   ├── HarborUnauthorized   the password, or the account, is not accepted
    │   ├── HarborForbidden      the account lacks a right
    │   ├── HarborMissing        the thing asked for is not there
    │   ├── HarborRejected       understood and refused (400, 409, 412, 422)
    │   └── HarborUnclear        a write left and no answer came: it may have worked
    ├── StoreError               Redis answered with an error
    │   └── StoreSilent          Redis did not answer in time
    └── ChatError                Slack answered with an error
        ├── ChatSilent           Slack did not answer in time, or at all
        ├── ChatBusy             Slack asked to slow down
        └── ChatUnclear          a message left and no answer came: it may be there
"""


class BotError(Exception):
    """Anything that went wrong in a way we foresaw; its text is fit for a person."""

    transient: bool = False


class Refused(BotError):
    """What was asked for will not be done, and the text says why."""


class BadQuestion(Refused):
    """The words were not understood; the text ends with an example of good ones."""


class NotAllowed(Refused):
    """This person may not read here, or this place may not show it."""


class OurFault(BotError):
    """Something went wrong that nobody foresaw; *ticket* is the number it is logged under."""

    def __init__(self, ticket: str) -> None:
        super().__init__(f"That is my fault, not yours. Tell my owners the number `{ticket}`.")


class SettingsWrong(BotError):
    """The configuration is missing something or says something wrong.

    *problems* holds one sentence each, all of them at once.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class HarborError(BotError):
    """One Harbor instance did not do what was asked.

    *instance* is its display name, *remedy* the first thing to do about it.
    """

    remedy: str = ""

    def __init__(self, sentence: str, *, instance: str = "", remedy: str = "") -> None:
        super().__init__(sentence)
        self.instance = instance
        if remedy:
            self.remedy = remedy


class HarborUnreachable(HarborError):
    """The instance gave no answer."""

    transient = True
    remedy = "Check that the instance runs and can be reached from the bot."


class HarborBusy(HarborError):
    """The instance, or its front, asked us to slow down.

    *retry_after* is in seconds, 0 where it named none.
    """

    transient = True
    remedy = "Wait a little; if it lasts, look at the instance's health."

    def __init__(
        self, sentence: str, *, instance: str = "", remedy: str = "", retry_after: float = 0.0
    ) -> None:
        super().__init__(sentence, instance=instance, remedy=remedy)
        self.retry_after = retry_after


class HarborBroken(HarborError):
    """The instance's address answered something that no Harbor answers."""

    remedy = "Check the instance's URL: it should lead to Harbor itself, with its path prefix."


class HarborUnauthorized(HarborError):
    """The instance does not accept the account or its password."""

    remedy = "Check the account's user name and password, and that it is not locked or expired."


class HarborForbidden(HarborError):
    """The account lacks a right that this call needs."""

    remedy = "Grant the account the right that the documentation lists for this version."


class HarborMissing(HarborError):
    """The instance does not have what was asked for."""


class HarborRejected(HarborError):
    """The instance understood and refused; *status* is its HTTP status."""

    def __init__(
        self, sentence: str, *, instance: str = "", remedy: str = "", status: int = 400
    ) -> None:
        super().__init__(sentence, instance=instance, remedy=remedy)
        self.status = status


class HarborUnclear(HarborError):
    """A request that changes something left, and no answer came: it may have worked."""

    remedy = "Look at the instance before anything is sent again."


class StoreError(BotError):
    """Redis answered with an error."""


class StoreSilent(StoreError):
    """Redis did not answer in time."""

    transient = True


class ChatError(BotError):
    """Slack answered with an error; *code* is Slack's word for it."""

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class ChatSilent(ChatError):
    """Slack gave no answer to what changes nothing, or nothing reached it."""

    transient = True


class ChatBusy(ChatError):
    """Slack asked us to slow down; *retry_after* is in seconds."""

    transient = True

    def __init__(self, sentence: str, *, code: str = "ratelimited", retry_after: float) -> None:
        super().__init__(sentence, code=code)
        self.retry_after = retry_after


class ChatUnclear(ChatError):
    """A message left and no answer came: it may be there."""

    transient = True
