"""``servanda completion``: the shell completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

__all__ = ["command"]


@click.command(
    "completion",
    epilog="""Example:

\b
  servanda completion bash >> ~/.bashrc
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script for SHELL; add it to the shell's start-up file."""
    from servanda.cli.root import root

    maker = get_completion_class(shell)
    if maker is None:
        raise click.BadParameter(f"no completion for {shell}")
    click.echo(maker(root, {}, "servanda", "_SERVANDA_COMPLETE").source())
    return 0
