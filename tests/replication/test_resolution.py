import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replication.image_ref import ImageRef
from bot.replication.resolution import Known, resolve


BUILT = Known("frontend-rls/vira", "v1.6.32-67284045", "sha256:aa")
OTHER = Known("frontend-rls/vira", "v1.6.321")
NEXT = Known("frontend-rls/vira", "v1.6.32-70000000")
NESTED = Known("mirror/frontend-rls/vira", "v1.6.32-67284045")
LATEST = Known("frontend-rls/vira", "latest", "sha256:aa")
BARE = Known("frontend-rls/vira", "", "sha256:aa")
COPY = Known("backend-rls/vira", "v2", "sha256:aa")


def asked(path="vira", tag="", digest=""):
    """Make what somebody typed."""
    return ImageRef(path, tag, digest)


FOUND = {
    "exact": (asked(tag="v1.6.321"), [BUILT, OTHER], OTHER, True),
    "beginning": (asked(tag="v1.6.32"), [BUILT, OTHER], BUILT, False),
    "beginning within a number": (asked(tag="v1.6.32"), [OTHER], OTHER, False),
    "full path first": (asked("frontend-rls/vira", "v1.6.32"), [BUILT, NESTED], BUILT, False),
    "only under a longer path": (
        asked("frontend-rls/vira", "v1.6.32"),
        [LATEST, NESTED],
        NESTED,
        False,
    ),
    "no tag, one image": (asked(), [BUILT], BUILT, False),
    "digest": (asked(digest="sha256:aa"), [BUILT, OTHER], BUILT, True),
    "digest and tag": (
        asked(tag="latest", digest="sha256:aa"),
        [BUILT, LATEST],
        LATEST,
        True,
    ),
    "digest and the beginning of a tag": (
        asked(tag="v1.6.32", digest="sha256:aa"),
        [BUILT, LATEST],
        BUILT,
        True,
    ),
    "digest of several tags": (asked(digest="sha256:aa"), [BUILT, LATEST], BARE, True),
    "digest without a tag": (asked(digest="sha256:aa"), [BARE], BARE, True),
}


@pytest.mark.parametrize(("name", "known", "image", "exact"), FOUND.values(), ids=FOUND)
def test_one_image_fits(name, known, image, exact):
    """Exact comes before beginning, the whole path before a part, and it is said which it was."""
    found = resolve(name, known)

    assert (found.image, found.exact) == (image, exact)


ASKED_BACK = {
    "two builds": (
        asked(tag="v1.6.32"),
        [BUILT, NEXT],
        ("frontend-rls/vira:v1.6.32-67284045", "frontend-rls/vira:v1.6.32-70000000"),
    ),
    "one content in two repositories": (
        asked(digest="sha256:aa"),
        [BUILT, COPY],
        ("backend-rls/vira@sha256:aa", "frontend-rls/vira@sha256:aa"),
    ),
    "nothing fits": (asked(tag="v9"), [BUILT, OTHER], ()),
    "another digest": (asked(digest="sha256:bb"), [BUILT], ()),
}


@pytest.mark.parametrize(("name", "known", "candidates"), ASKED_BACK.values(), ids=ASKED_BACK)
def test_no_image_is_picked_silently(name, known, candidates):
    """Where several fit, or none does, no image is chosen."""
    found = resolve(name, known)

    assert (found.image, found.candidates) == (None, candidates)


_KNOWN = st.builds(
    Known,
    st.sampled_from(["a/vira", "b/vira", "a/b/vira", "a/web"]),
    st.sampled_from(["", "v1", "v1-2", "v1.0", "v12", "latest"]),
    st.sampled_from(["", "sha256:aa", "sha256:bb"]),
)
_ASKED = st.builds(
    ImageRef,
    st.sampled_from(["vira", "a/vira", "b/vira", "web"]),
    st.sampled_from(["", "v1", "v", "latest"]),
    st.sampled_from(["", "sha256:aa"]),
)


@given(_ASKED, st.lists(_KNOWN, max_size=8))
def test_nothing_is_invented(name, known):
    """What is found was known before: its repository and its tag, or its digest."""
    image = resolve(name, known).image

    if image is not None:
        assert name.fits_repository(image.repository)
        if image.tag:
            assert (image.repository, image.tag) in {(one.repository, one.tag) for one in known}
        else:
            assert (image.repository, image.digest) in {
                (one.repository, one.digest) for one in known
            }
