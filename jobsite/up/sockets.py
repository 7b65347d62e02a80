"""A short private folder for the sockets: their paths may have about 100 bytes, and a home may be deeper than that."""

import os
import shutil
import tempfile
from pathlib import Path

from jobsite.up.account import Account
from jobsite.up.paths import Paths

PREFIX = "jobsite-"


def make_socket_folder(paths: Paths, account: Account) -> Path:
    """New and randomly named at each start, so that nobody can lay one ready for us; the link in the home names it."""
    remove_socket_folder(paths)
    # Not XDG_RUNTIME_DIR: it is taken away when its user logs out, and `up` may live on in tmux.
    base = "/run" if os.geteuid() == 0 and Path("/run").is_dir() else "/tmp"  # noqa: S108 - mkdtemp makes it 0700
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    account.own(folder)
    paths.sockets.symlink_to(folder)
    return folder


def remove_socket_folder(paths: Paths) -> None:
    """The one that the home's link names, if it is one of ours."""
    if not paths.sockets.is_symlink():
        return
    folder = paths.sockets.readlink()
    if folder.name.startswith(PREFIX) and folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
    paths.sockets.unlink()
