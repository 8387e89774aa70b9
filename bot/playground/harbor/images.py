"""Images as bytes: manifests written as docker writes them, so that digests are right.

Knows the two manifest formats and how a digest is made. Does not know registries.
"""

import hashlib
import json
from dataclasses import dataclass
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
        return digest_of(self.body)

    @property
    def manifest(self) -> dict[str, Any]:
        """Read the bytes."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def blobs(self) -> list[Layer]:
        """List layers and configuration, in the order in which Harbor copies them."""
        manifest = self.manifest
        parts = [*manifest.get("layers", []), manifest.get("config")]
        return [Layer(part["digest"], part["size"]) for part in parts if part]

    @property
    def size(self) -> int:
        """Add up what the image takes on disk."""
        return len(self.body) + sum(blob.size for blob in self.blobs)


def digest_of(body: bytes) -> str:
    """Name *body* by its content."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def an_image(seed: str, *, size: int = 20_000, built: str = BUILT) -> Image:
    """Make an image whose content follows from *seed*, the same every time."""
    config = Layer(digest_of(f"config of {seed}".encode()), 479)
    return docker_image(config, [Layer(digest_of(seed.encode()), size)], built=built)


def docker_image(config: Layer, layers: list[Layer], *, built: str = BUILT) -> Image:
    """Write a manifest with docker's own indentation, on which its digest depends."""
    manifest = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST,
        "config": {"mediaType": DOCKER_CONFIG, "size": config.size, "digest": config.digest},
        "layers": [
            {"mediaType": LAYER, "size": layer.size, "digest": layer.digest} for layer in layers
        ],
    }
    return Image(json.dumps(manifest, indent=3).encode(), DOCKER_MANIFEST, built)
