"""Images as bytes: manifests written as docker writes them, so that digests are right.

Knows the two manifest formats and how a digest is made. Does not know registries.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any


DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
BUILT = "2018-11-06T05:48:05.991399477Z"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of an image."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Image:
    """A manifest as it was pushed, byte for byte, and when its content was built."""

    body: bytes
    media_type: str
    built: str = BUILT

    @property
    def digest(self) -> str:
        """Name the content."""
        return _read(self.body)[0]

    @property
    def manifest(self) -> dict[str, Any]:
        """Read the bytes."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def blobs(self) -> list[Layer]:
        """List layers and configuration, in the order in which Harbor copies them."""
        return list(_read(self.body)[1])

    @property
    def size(self) -> int:
        """Add up what the image takes on disk."""
        return len(self.body) + sum(blob.size for blob in _read(self.body)[1])


@cache
def _read(body: bytes) -> tuple[str, tuple[Layer, ...]]:
    """Read digest and blobs, once for each content: worlds of 100,000 tags ask often."""
    manifest = json.loads(body)
    parts = [*manifest.get("layers", []), manifest.get("config")]
    blobs = tuple(Layer(part["digest"], part["size"]) for part in parts if part)
    return digest_of(body), blobs


def digest_of(body: bytes) -> str:
    """Name *body* by its content."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def an_image(seed: str, *, size: int = 20_000, built: str = BUILT) -> Image:
    """Make an image whose content follows from *seed*, the same every time."""
    config = Layer(digest_of(f"config of {seed}".encode()), 479)
    return docker_image(config, [Layer(digest_of(seed.encode()), size)], built=built)


def docker_image(config: Layer, layers: list[Layer], *, built: str = BUILT) -> Image:
    """Write a manifest with docker's own indentation, on which its digest depends."""
    listed = ",\n".join(_blob(LAYER, layer, 6) for layer in layers)
    body = (
        f'{{\n   "schemaVersion": 2,\n   "mediaType": "{DOCKER_MANIFEST}",\n'
        f'   "config": {_blob(DOCKER_CONFIG, config, 3).lstrip()},\n'
        f'   "layers": [\n{listed}\n   ]\n}}'
    )
    return Image(body.encode(), DOCKER_MANIFEST, built)


def _blob(media_type: str, blob: Layer, depth: int) -> str:
    # Written by hand: the library's own indentation takes most of the time of a large world.
    space = " " * depth
    return (
        f'{space}{{\n{space}   "mediaType": "{media_type}",\n'
        f'{space}   "size": {blob.size},\n{space}   "digest": "{blob.digest}"\n{space}}}'
    )
