"""`quivive doctor`: what is installed, which data has which date, which settings hold."""

from __future__ import annotations

import platform
from importlib import metadata

import click

from quivive import __version__
from quivive.cli.common import workbench


@click.command()
def doctor() -> int:
    """Show versions, detectors, data with dates and the origin of settings. Exit 3: a detector is missing."""
    bench = workbench(None)
    click.echo(f"quivive {__version__}, Python {platform.python_version()}, {platform.system()} "
               f"{platform.machine()}")  # fmt: skip
    click.echo("\nDetectors")
    for detector in bench.detectors():
        click.echo(
            f"  {detector.name:26} version {detector.version}, reads {', '.join(sorted(detector.accepts))}"
        )
    for missing in bench.missing():
        click.echo(f"  {missing.name:26} NOT AVAILABLE: {missing.reason}")
    click.echo("\nData and models")
    sources = {source.name: source for detector in bench.detectors() for source in detector.sources()}
    for name, source in sorted(sources.items()):
        click.echo(f"  {name:42} {source.date}  {source.licence or '–':12} {source.sha256[:16]}")
    click.echo("\nSettings")
    for key in ("language", "country", "jobs", "embeddings", "home"):
        origin = bench.settings.origins.get(key, "default")
        click.echo(f"  {key:12} {getattr(bench.settings, key)!s:30} {origin}")
    click.echo("\nLibraries")
    for line in metadata.requires("quivive") or ():
        if "extra ==" not in line:
            click.echo(f"  {_library(line)}")
    return 3 if bench.missing() else 0


def _library(requirement: str) -> str:
    name = requirement.split(">")[0].split("<")[0].split("=")[0].strip()
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return f"{name} NOT INSTALLED (needs {requirement}): install quivive again"
