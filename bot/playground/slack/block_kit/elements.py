"""Block elements: what stands inside of sections, actions, contexts and inputs.

Knows the limits of each and which block may hold it; knows no block.
"""

from collections.abc import Mapping

from bot.playground.slack.block_kit.objects import (
    ACTION_ID,
    ALT_TEXT,
    CONFIRM,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    STYLE,
    URL,
    plain,
    words,
)
from bot.playground.slack.block_kit.schema import (
    Check,
    also,
    array,
    boolean,
    choice,
    integer,
    only_one_of,
    string,
    thing,
)


PLACEHOLDER = plain(150)
FOCUS = {"focus_on_load": boolean}
USERS = array(string(255), most=10)


def element(
    kind: str, required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] = {}
) -> Check:
    """Accept an element of one *kind*."""
    always = {"type": choice(kind), **(required or {})}
    return thing(always, {"action_id": ACTION_ID, **optional})


BUTTON = element(
    "button",
    {"text": plain(75)},
    {
        "value": string(2000),
        "url": URL,
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)

OVERFLOW = element(
    "overflow", {"options": array(OVERFLOW_OPTION, least=1, most=5)}, {"confirm": CONFIRM}
)

IMAGE = also(
    thing(
        {"type": choice("image"), "alt_text": ALT_TEXT},
        {"image_url": URL, "slack_file": SLACK_FILE},
    ),
    only_one_of("image_url", "slack_file"),
)

ICON_BUTTON = element(
    "icon_button",
    {"icon": choice("trash"), "text": plain(75)},
    {
        "value": string(2000),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": USERS,
    },
)

_FEEDBACK = thing({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
FEEDBACK_BUTTONS = element(
    "feedback_buttons", {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}
)

_MENU = {"placeholder": PLACEHOLDER, "confirm": CONFIRM, **FOCUS}
_MANY = {**_MENU, "max_selected_items": integer(1, 1000)}
_GIVEN = {"options": array(OPTION, most=100), "option_groups": array(OPTION_GROUP, most=100)}
_IDS = array(string(255), most=1000)
_FILTER = thing(
    {},
    {
        "include": array(choice("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
_CONVERSATIONS = {"default_to_current_conversation": boolean, "filter": _FILTER}
_QUERY = {"min_query_length": integer(0, 100)}

MENUS: Mapping[str, Check] = {
    "static_select": also(
        element("static_select", {}, {**_MENU, **_GIVEN, "initial_option": OPTION}),
        only_one_of("options", "option_groups"),
    ),
    "multi_static_select": also(
        element(
            "multi_static_select",
            {},
            {**_MANY, **_GIVEN, "initial_options": array(OPTION, most=100)},
        ),
        only_one_of("options", "option_groups"),
    ),
    "external_select": element(
        "external_select", {}, {**_MENU, **_QUERY, "initial_option": OPTION}
    ),
    "multi_external_select": element(
        "multi_external_select",
        {},
        {**_MANY, **_QUERY, "initial_options": array(OPTION, most=100)},
    ),
    "users_select": element("users_select", {}, {**_MENU, "initial_user": string(255)}),
    "multi_users_select": element("multi_users_select", {}, {**_MANY, "initial_users": _IDS}),
    "conversations_select": element(
        "conversations_select",
        {},
        {
            **_MENU,
            **_CONVERSATIONS,
            "initial_conversation": string(255),
            "response_url_enabled": boolean,
        },
    ),
    "multi_conversations_select": element(
        "multi_conversations_select",
        {},
        {**_MANY, **_CONVERSATIONS, "initial_conversations": _IDS},
    ),
    "channels_select": element(
        "channels_select",
        {},
        {**_MENU, "initial_channel": string(255), "response_url_enabled": boolean},
    ),
    "multi_channels_select": element(
        "multi_channels_select", {}, {**_MANY, "initial_channels": _IDS}
    ),
}

PICKERS: Mapping[str, Check] = {
    "datepicker": element("datepicker", {}, {**_MENU, "initial_date": string(10, shortest=10)}),
    "timepicker": element(
        "timepicker",
        {},
        {**_MENU, "initial_time": string(5, shortest=5), "timezone": string(255)},
    ),
    "datetimepicker": element(
        "datetimepicker",
        {},
        {"confirm": CONFIRM, **FOCUS, "initial_date_time": integer(0, 9_999_999_999)},
    ),
}

CHOICES: Mapping[str, Check] = {
    "radio_buttons": element(
        "radio_buttons",
        {"options": array(RICH_OPTION, most=10)},
        {"initial_option": RICH_OPTION, "confirm": CONFIRM, **FOCUS},
    ),
    "checkboxes": element(
        "checkboxes",
        {"options": array(RICH_OPTION, most=10)},
        {"initial_options": array(RICH_OPTION, most=10), "confirm": CONFIRM, **FOCUS},
    ),
}

_DISPATCH = thing(
    {"trigger_actions_on": array(choice("on_enter_pressed", "on_character_entered"), most=2)}
)
_TYPED = {"placeholder": PLACEHOLDER, "dispatch_action_config": _DISPATCH, **FOCUS}

FIELDS: Mapping[str, Check] = {
    "plain_text_input": element(
        "plain_text_input",
        {},
        {
            **_TYPED,
            "multiline": boolean,
            "initial_value": string(3000),
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
    ),
    "email_text_input": element("email_text_input", {}, {**_TYPED, "initial_value": string(3000)}),
    "url_text_input": element("url_text_input", {}, {**_TYPED, "initial_value": string(3000)}),
    "number_input": element(
        "number_input",
        {"is_decimal_allowed": boolean},
        {
            **_TYPED,
            "initial_value": string(255),
            "min_value": string(255),
            "max_value": string(255),
        },
    ),
}

BUTTONS = {"button": BUTTON, "overflow": OVERFLOW}
IN_ACTIONS = {**BUTTONS, **MENUS, **PICKERS, **CHOICES}
IN_SECTION = {**IN_ACTIONS, "image": IMAGE}
IN_CONTEXT = {"image": IMAGE, "plain_text": words(3000), "mrkdwn": words(3000)}
IN_CONTEXT_ACTIONS = {"feedback_buttons": FEEDBACK_BUTTONS, "icon_button": ICON_BUTTON}
IN_INPUT = {**MENUS, **PICKERS, **CHOICES, **FIELDS}
