import pytest

from bot.slack.ids import Action, Kind, action_id, any_of, carries, metadata


def test_action_ids_are_the_words_that_outside_tools_rely_on():
    """A button's id is its word, with a number where there are several."""
    assert action_id(Action.ASK_AGAIN) == "ask_again"
    assert action_id(Action.PICK_IMAGE, 4) == "pick_image:4"


@pytest.mark.parametrize("given", ["ask_again", "pick_image:0", "pick_image:12"])
def test_an_action_id_of_ours_is_read_back(given):
    """What we put on a button is what we understand when it is pressed."""
    assert any_of(Action.ASK_AGAIN, Action.PICK_IMAGE).search(given)


@pytest.mark.parametrize("given", ["", "approve", "ask_again:", "ask_again:x", "xask_again"])
def test_a_foreign_action_id_is_none_of_ours(given):
    """A press of something that we never drew is no action."""
    assert not any_of(Action.ASK_AGAIN, Action.PICK_IMAGE).search(given)


def test_a_message_is_known_by_its_metadata():
    """A message of ours says its kind and its record, and no other."""
    message = {"metadata": metadata(Kind.ANSWER, "a1", state="looking")}

    assert message["metadata"]["event_type"] == "harborbot.answer"
    assert message["metadata"]["event_payload"] == {"id": "a1", "state": "looking"}
    assert carries(message, Kind.ANSWER, record="a1")
    assert not carries(message, Kind.EVIDENCE, record="a1")
    assert not carries(message, Kind.ANSWER, record="a2")
    assert not carries({}, Kind.ANSWER, record="a1")
    assert not carries({"metadata": {"event_type": 1}}, Kind.ANSWER, record="a1")
