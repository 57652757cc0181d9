"""Become a program that ends when its parent does, and that isn't root where root is refused.

usage: child.py PARENT SIGNAL same|apart|UID:GID PROGRAM ARGUMENTS...

`apart` enters an empty user namespace: the program sees itself as nobody while files stay who
they are. It only satisfies a program's own check; it is not a fence.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, number, who, *argv = sys.argv[1:]
    if who == "apart":
        os.unshare(os.CLONE_NEWUSER)
    elif who != "same":
        uid, gid = map(int, who.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":  # after the change of user, which would undo it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != int(parent):  # it died before the line above
            sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606


if __name__ == "__main__":
    main()
