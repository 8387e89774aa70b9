"""The tree of errors is as it is drawn, and each error says what its reader may do."""

import inspect
import re

import pytest

from bot import errors


BRANCH = re.compile(r"^(?P<indent>[ │├└─]*)(?P<name>[A-Z]\w+)(?:\s{2,}(?P<sentence>.*))?$")
CLASSES = [
    found
    for _name, found in inspect.getmembers(errors, inspect.isclass)
    if found.__module__ == errors.__name__
]
# The words of a sentence by which a reader knows that the same may work a little later.
PASSING = re.compile(r"\bno answer (?:came|:)|no answer: down|asked (?:us )?to slow down|in time")
# A write that may have worked is looked at before anything is sent again.
LOOK_FIRST = {"HarborUnclear"}


def drawn() -> dict[str, tuple[str, str]]:
    """Read the drawing: each error with its parent and its sentence."""
    tree: dict[str, tuple[str, str]] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = BRANCH.match(line)
        if not line.startswith("    ") or found is None:
            continue
        deep = len(found["indent"])
        while above and above[-1][0] >= deep:
            above.pop()
        tree[found["name"]] = (above[-1][1] if above else "Exception", found["sentence"] or "")
        above.append((deep, found["name"]))
    return tree


def test_the_drawing_is_the_code():
    """Whoever reads the drawing knows every error, and under which it stands."""
    coded = {found.__name__: found.__bases__[0].__name__ for found in CLASSES}

    assert {name: parent for name, (parent, _) in drawn().items()} == coded


def test_every_branch_has_a_sentence():
    """Every error but the root says in the drawing what happened."""
    silent = [name for name, (_, sentence) in drawn().items() if not sentence]

    assert silent == ["BotError"]


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_one_root_catches_all(error):
    """An error of ours is caught as BotError, and has one parent only."""
    assert issubclass(error, errors.BotError)
    assert len(error.__bases__) == 1


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_says_what_it_is(error):
    """Each class has words of its own, and not those of its parent."""
    assert error.__doc__
    assert error.__doc__ not in {parent.__doc__ for parent in error.__mro__[1:]}


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_transient_is_what_the_drawing_implies(error):
    """What passes by itself is called transient, what a person must mend is not."""
    sentence = drawn()[error.__name__][1]
    passing = bool(PASSING.search(sentence)) and error.__name__ not in LOOK_FIRST

    assert error.transient is passing


def test_every_harbor_error_names_its_instance_and_a_remedy():
    """A person reads which instance failed, and the remedy can be worded for the case."""
    for error in CLASSES:
        if issubclass(error, errors.HarborError):
            told = error("No answer.", instance="stag", remedy="Look at stag.")

            assert (str(told), told.instance, told.remedy) == (
                "No answer.",
                "stag",
                "Look at stag.",
            )


def test_wrong_settings_are_one_sentence_a_line():
    """All problems are in the text, and can be had one by one."""
    wrong = errors.SettingsWrong(("PORT: wrong", "HOST: wrong"))

    assert str(wrong) == "PORT: wrong\nHOST: wrong"
    assert wrong.problems == ("PORT: wrong", "HOST: wrong")
