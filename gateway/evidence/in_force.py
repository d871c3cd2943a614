"""Which texts a document was judged and translated by: profile and guide of its agreement, as they were then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.errors import ConfigurationError
from gateway.mapping.layers import Layers
from gateway.pipeline.ports import Vault
from gateway.tracking.document import Document
from gateway.trading.loader import survey


async def texts_in_force(files: Mapping[str, str], documents: Sequence[Document], vault: Vault) -> list[str]:
    """Return the paths of profiles (with all that they extend) and guides among ``files`` (path -> SHA-256)."""
    texts = {
        path: (await vault.read(digest)).decode()
        for path, digest in files.items()
        if path.startswith(("partners/", "mappings/"))
    }
    # Certificates are not needed to see what was agreed; that they are missing here is no mistake.
    agreements = [
        agreement for _, agreement in survey({k: v for k, v in texts.items() if k.startswith("partners/")}).agreements
    ]
    wanted = {document.agreement for document in documents}
    found: set[str] = set()
    for agreement in agreements:
        if agreement.key not in wanted:
            continue
        if agreement.guide is not None:
            found.add(f"mappings/{agreement.guide}.guide.yaml")
        found |= _layers(agreement.profile, texts)
    return sorted(found & set(files))


def _layers(profile: str, texts: Mapping[str, str]) -> set[str]:
    def fetch(name: str) -> tuple[str, str] | None:
        path = f"mappings/{name}.yaml"
        return (texts[path], path) if path in texts else None

    layers = Layers(fetch)
    try:
        layers.laid(profile)
    except ConfigurationError:
        return set()
    return {source[1] for source in layers.sources.values() if source is not None}
