"""The few commands of a shell that make sense on the files of a kernel, for `!` lines. There is no shell behind them."""

import fnmatch
import os
import shlex
import shutil
import sys


def _paths(words, default=None):
    """The words that are no options, their patterns filled in."""
    found = []
    for word in (word for word in words if not word.startswith("-")):
        folder, pattern = os.path.split(word)
        names = sorted(os.listdir(folder or ".")) if any(mark in pattern for mark in "*?[") else []
        found.extend(os.path.join(folder, name) for name in fnmatch.filter(names, pattern) or [pattern])
    return found or default or []


def _has(words, letter):
    return any(word.startswith("-") and not word.startswith("--") and letter in word for word in words)


def _ls(words, say):
    for path in _paths(words, ["."]):
        names = sorted(os.listdir(path)) if os.path.isdir(path) else [path]
        for name in names:
            if name.startswith(".") and not _has(words, "a"):
                continue
            about = os.stat(os.path.join(path, name) if os.path.isdir(path) else path)
            say(f"{about.st_size:>10}  {name}" if _has(words, "l") else name)


def _read(words, say, cut):
    for path in _paths(words):
        with open(path, encoding="utf-8", errors="replace") as file:
            say("\n".join(cut(file.read().splitlines())))


def _count(words):
    """The number of `-n 3`, `-n3` or `-3`; and the other words."""
    number, rest, take = 10, [], False
    for word in words:
        digits = word.lstrip("-n")
        if take or (word.startswith("-") and digits.isdigit()):
            number, take = int(digits), False
        elif word == "-n":
            take = True
        else:
            rest.append(word)
    return number, rest


def _head(words, say):
    number, rest = _count(words)
    _read(rest, say, lambda lines: lines[:number])


def _tail(words, say):
    number, rest = _count(words)
    _read(rest, say, lambda lines: lines[-number:] if number else [])


def _wc(words, say):
    for path in _paths(words):
        with open(path, "rb") as file:
            data = file.read()
        say(data.count(b"\n") if _has(words, "l") else f"{data.count(b'\n')} {len(data.split())} {len(data)} {path}")


def _mkdir(words, say):
    for path in _paths(words):
        os.makedirs(path, exist_ok=_has(words, "p"))


def _rm(words, say):
    for path in _paths(words):
        if os.path.isdir(path) and _has(words, "r"):
            shutil.rmtree(path)
        elif os.path.exists(path) or not _has(words, "f"):
            os.remove(path)


def _to(action):
    def move(words, say):
        *sources, target = _paths(words)
        for source in sources:
            action(source, target)

    return move


def _copy(source, target):
    if os.path.isdir(source):
        shutil.copytree(source, os.path.join(target, os.path.basename(source)) if os.path.isdir(target) else target)
    else:
        shutil.copy(source, target)


def _touch(words, say):
    for path in _paths(words):
        with open(path, "a", encoding="utf-8"):
            os.utime(path)


COMMANDS = {
    "ls": _ls,
    "pwd": lambda words, say: say(os.getcwd()),
    "cd": lambda words, say: os.chdir(*_paths(words, ["/home/pyodide"])),
    "cat": lambda words, say: _read(words, say, lambda lines: lines),
    "head": _head,
    "tail": _tail,
    "wc": _wc,
    "echo": lambda words, say: say(" ".join(words)),
    "mkdir": _mkdir,
    "rm": _rm,
    "cp": _to(_copy),
    "mv": _to(shutil.move),
    "touch": _touch,
}


def run(command, say):
    """Does one command, or says on stderr why not. `say` takes its lines."""
    for part in command.split("&&"):
        try:
            words = shlex.split(part, comments=True)
        except ValueError as error:
            return _refuse(f"{part.strip()}: {error}")
        if not words:
            continue
        if any(mark in part for mark in "|<>;`"):
            return _refuse("pipes and redirections need a shell, and there is none in a browser: write it in Python")
        if words[0] not in COMMANDS:
            known = ", ".join(COMMANDS)
            return _refuse(f"{words[0]} can't be run: there is no shell in a browser. There are {known} and pip install")
        try:
            COMMANDS[words[0]](words[1:], say)
        except (OSError, ValueError, TypeError) as error:
            return _refuse(f"{words[0]}: {getattr(error, 'strerror', None) or error}: {getattr(error, 'filename', None) or part.strip()}")
    return None


def _refuse(sentence):
    print(f"{sentence}.", file=sys.stderr)
