from bot.replication.causes import Confidence, Rerun
from bot.replication.verdicts import CheckName, CheckState, Verdict
from bot.slack import words


def test_every_word_of_the_core_has_words_for_people():
    """No verdict, state, step, advice or confidence is without a name."""
    assert set(words.VERDICTS) == set(Verdict)
    assert set(words.STATES) == set(CheckState)
    assert set(words.STEPS) == set(CheckName)
    assert set(words.RERUNS) == set(Rerun)
    assert set(words.CONFIDENCES) == set(Confidence)


def test_help_names_the_command_as_it_is_configured():
    """Who installed the bot under another command is not told of ours."""
    shown = words.help_text("/registry")

    assert "`/registry why vira:v1.6.32`" in shown
    assert "/harbor" not in shown


def test_help_promises_only_what_exists():
    """Nothing is named that cannot be asked yet."""
    shown = words.help_text("/harbor")

    for later in ("sync ", "watch", "subscribe", "digest", "approve", "silence", "status"):
        assert f"/harbor {later}" not in shown


def test_no_sentence_shouts():
    """Plain English, no exclamation marks, and each sentence ends."""
    said = [
        value for name, value in vars(words).items() if name.isupper() and isinstance(value, str)
    ]
    said += [words.help_text("/harbor"), words.too_many_questions(10)]

    assert not [sentence for sentence in said if "!" in sentence]


def test_numbers_agree_with_their_nouns():
    """One thing, two things."""
    assert words.count(1, "request") == "1 request"
    assert words.too_many_questions(10).startswith("10 questions a minute")
    assert words.cost(1, seconds=0.04) == "1 request, under 0.1 s"
    assert words.cost(20, seconds=10) == "20 requests, 10.0 s"
