"""`trunkline media-node asterisk`: writes the instance tree, then becomes Asterisk."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from media_nodes.config import MediaSettings
from media_nodes.mending import mended
from media_nodes.rendering import TreeMissingError, multiarch_of, render
from servicekit import logs
from servicekit.files import keep_private
from servicekit.maskedlog import stand_behind
from servicekit.settings import load


def asterisk() -> NoReturn:
    """Replace this process by Asterisk in the foreground: the pid stays, and SIGTERM stops the engine itself."""
    keep_private()
    settings = load(MediaSettings)
    logs.configure("asterisk", settings.log_level)
    command = command_of(settings.asterisk_root, render(settings))
    stand_behind()
    os.execv(command[0], command)


def command_of(root: Path, configuration: Path) -> list[str]:
    """Return the command that runs the tree's Asterisk through the tree's own loader and libraries.

    The host's C library may be older than the one Asterisk was built with.  Raises TreeMissingError, OSError.
    """
    root = root.resolve()
    loaders = sorted(root.glob("usr/lib64/ld-linux-*.so.*")) or sorted(root.glob("usr/lib/ld-linux-*.so.*"))
    if not loaders:
        raise TreeMissingError(f"no loader in {root}: run `trunkline doctor`")
    libraries = str(root / "usr/lib" / multiarch_of(root))
    program = str(mended(root / "usr/sbin/asterisk", configuration.parents[1]))
    loader = str(loaders[0])
    return [loader, "--argv0", "asterisk", "--library-path", libraries, program, "-f", "-C", str(configuration)]


if __name__ == "__main__":
    try:
        asterisk()
    except TreeMissingError as error:
        sys.exit(str(error))
