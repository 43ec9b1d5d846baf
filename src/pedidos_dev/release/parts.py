"""The files of a release: the wheel, the chart, the bill of materials, and the images with their provenance."""

import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pedidos import __version__
from pedidos_dev.release.places import ROOT
from pedidos_local import uv

CHART = ROOT / "deploy" / "helm" / "pedidos"
IMAGES = MappingProxyType({"product": "pedidos", "edge": "pedidos-edge", "gateway": "pedidos-gateway"})
"""The names of the images, by their targets in the Dockerfile."""

BUILD_SECONDS = 1800


class NotBuilt(Exception):
    """A part could not be built; the message says why."""


def wheel(folder: Path) -> None:
    """The product alone. Raises uv.UvFailed."""
    uv.run("build", "--wheel", "--quiet", "--out-dir", str(folder), str(ROOT))


def chart(folder: Path) -> None:
    """As `helm install` takes it. Raises NotBuilt."""
    _run("helm", "package", str(CHART), "--destination", str(folder))


def bill(folder: Path) -> None:
    """What all of it is built from (CycloneDX)."""
    from pedidos_dev.supply_chain.bill import bill_of_materials
    from pedidos_dev.supply_chain.components import components

    file = folder / f"pedidos-{__version__}.cdx.json"
    file.write_text(bill_of_materials(components()) + "\n", "utf-8")


def images(folder: Path) -> None:
    """Each as an archive (OCI), with how it was built and what is in it as attestations. Raises NotBuilt."""
    builder = f"pedidos-{secrets.token_hex(4)}"
    # The engine's own builder can make no attestations.
    _run("docker", "buildx", "create", "--driver", "docker-container", "--name", builder)
    try:
        for target, name in IMAGES.items():
            archive = folder / f"{name}-{__version__}.oci.tar"
            _run(
                *("docker", "buildx", "build", "--builder", builder, "--target", target),
                *("--build-arg", f"VERSION={__version__}", "--provenance=mode=max", "--sbom=true"),
                *("--output", f"type=oci,dest={archive},name={name}:{__version__}", str(ROOT)),
            )
    finally:
        _run("docker", "buildx", "rm", builder)


PARTS: Mapping[str, Callable[[Path], None]] = MappingProxyType(
    {"wheel": wheel, "chart": chart, "bill": bill, "images": images}
)


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise NotBuilt(f"{program} is not installed.")
    try:
        done = subprocess.run(
            [found, *arguments], capture_output=True, encoding="utf-8", timeout=BUILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotBuilt(f"{program} {arguments[0]} was not through within {BUILD_SECONDS} s.") from error
    if done.returncode != 0:
        raise NotBuilt(f"{program} {' '.join(arguments[:2])} failed:\n{done.stdout}{done.stderr}".strip())
