"""``servanda serve``: the workbench in the browser, on this machine only."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import say

__all__ = ["command"]


@click.command(
    "serve",
    epilog="""Examples:

\b
  servanda serve
  servanda serve my-case/
  servanda serve ukraine-2025 --port 8765
""",
)
@click.argument("folder", required=False, metavar="[DIR]")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option(
    "--out",
    default="servanda-runs",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that keeps runs.",
)
@click.option("--open", "opened", is_flag=True, help="Open the address in the browser.")
def command(folder: str | None, port: int, host: str, out: Path, opened: bool) -> int:
    """Open the workbench on DIR: a scenario, a folder of scenarios, or a shipped example.

    It listens on the loopback interface, asks for the token in the printed address, and works with
    the network off. Ctrl-C ends it; finished chunks of runs are kept.
    """
    from servanda.domain.errors import ModelError

    try:
        from servanda.web.serving import serve
    except ImportError as error:
        message = f"the workbench needs {error.name}: pip install 'servanda[web]'"
        raise ModelError(message, code="SV987") from None

    def ready(address: str) -> None:
        click.echo(address)
        say("Open this address; Ctrl-C ends the workbench.")
        if opened:
            import webbrowser

            webbrowser.open(address)

    serve(folder, host=host, port=port, runs=out, ready=ready)
    return 0
