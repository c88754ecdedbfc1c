#!/usr/bin/env python3
"""Checks what the tree promises and no compiler checks: which folder may include which, names that
say nothing, files that grew into two things, paths of one machine.

  ci/tree_rules.py FILE...     paths relative to the repository's top; prints one line per finding

A rule is a function (path, text) -> findings; ci/tree_rules_test.py has an example that breaks each.
"""
import re
import sys

# Folder -> the folders of ours it may include besides itself. The first match counts.
MAY_INCLUDE = [
    ("server/base", []),
    ("server/packet/rtp", ["server/base"]),
    ("server/packet", ["server/base", "server/packet"]),
    ("server/net", ["server/base", "server/packet"]),
    ("server/http", ["server/base"]),
    ("server/frame", ["server/base", "server/packet"]),
    ("server/model", ["server/base"]),
    ("server/rpc", ["server/base", "server/model"]),
    ("server/config", ["server/base"]),
    ("server/demo", []),
]
TESTS_MAY_ALSO = re.compile(r"_(test|fuzz|bench)\.cpp$")

# No GStreamer below the frame plane, no GLib in the packet plane.
FOREIGN = [
    (re.compile(r"^server/(base|packet|net|http|model|rpc|config)/"), re.compile(r"<gst/"), "GStreamer"),
    (re.compile(r"^server/(base|packet|http|model|rpc|config)/"), re.compile(r"<(glib|gio|nice)[/.]"), "GLib or libnice"),
    (re.compile(r"^server/(base|packet|net|http|model|config)/"), re.compile(r"<websocketpp/"), "websocketpp"),
]
# Seconds to compile: they stay out of headers.
SLOW_IN_HEADERS = re.compile(r"<(boost/asio\.hpp|boost/asio/ssl\.hpp|boost/beast|websocketpp/|gst/)")
SLOW_HEADERS_ALLOWED = re.compile(r"^server/frame/")

FORBIDDEN_NAME = re.compile(r"(^|_|/)(common|utils?|helpers?|impl|manager|misc)(_|/|\.|$)")
ALLOWED_NAMES = re.compile(r"server_manager|ServerManager")  # the API's own word
FORBIDDEN_TYPE = re.compile(r"^\s*(?:class|struct)\s+(?:\[\[\w+\]\]\s*)?(\w*(?:Impl|Manager|Helper|Utils?)\w*)\b(?!;)", re.M)
MAX_LINES = 600
LONG_FILES_ALLOWED = re.compile(r"(\.json|\.jsonl|\.lock|\.md|LICENSE|_corpus/.*)$")
SOURCE = re.compile(r"\.(h|cpp)$")
MACHINE_PATH = re.compile(r"(?<![\w./])/(work|farm)/[a-z]|/root/\.")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")


def include_direction(path, text):
    if not SOURCE.search(path):
        return
    rule = next(((folder, allowed) for folder, allowed in MAY_INCLUDE if path.startswith(folder + "/")), None)
    if rule is None:
        return
    own, allowed = rule
    for target in re.findall(r'^\s*#\s*include\s+"(server/[^"]+|modules/[^"]+)"', text, re.M):
        if not any(target.startswith(folder + "/") for folder in [own, *allowed]):
            yield f"{path}: {own} may not include {target}"
    for target in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M):
        if not target.startswith(("server/", "modules/", "generated/")):
            yield f"{path}: include paths start at the repository's top: {target}"


def foreign_includes(path, text):
    for folder, header, what in FOREIGN:
        if folder.search(path) and re.search(r"^\s*#\s*include\s+" + header.pattern, text, re.M):
            yield f"{path}: {what} does not belong in this folder"


def slow_headers(path, text):
    if path.startswith("server/") and path.endswith(".h") and not SLOW_HEADERS_ALLOWED.search(path):
        for line in re.findall(r"^\s*#\s*include\s+<[^>]+>", text, re.M):
            if SLOW_IN_HEADERS.search(line):
                yield f"{path}: slow header in a header: {line.strip()}"


def names(path, text):
    if FORBIDDEN_NAME.search(path.lower()) and not ALLOWED_NAMES.search(path):
        yield f"{path}: a name that says nothing"
    if SOURCE.search(path):
        for name in FORBIDDEN_TYPE.findall(text):
            if not ALLOWED_NAMES.search(name):
                yield f"{path}: a name that says nothing: {name}"


def length(path, text):
    lines = text.count("\n")
    if lines > MAX_LINES and not LONG_FILES_ALLOWED.search(path):
        yield f"{path}: {lines} lines; a file that passes {MAX_LINES} is two things"


def machine_paths(path, text):
    if path.startswith("ci/tree_rules"):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATH.search(line):
            yield f"{path}:{number}: a path of one machine"


def unfinished(path, text):
    if not SOURCE.search(path):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished work belongs in an issue"


def header_begins_with_comment(path, text):
    if path.endswith(".h") and path.startswith(("server/", "modules/")) and not text.lstrip().startswith(("//", "/*")):
        yield f"{path}: a header begins with what it is for"


RULES = [include_direction, foreign_includes, slow_headers, names, length, machine_paths, unfinished,
         header_begins_with_comment]


def check(path, text):
    return [finding for rule in RULES for finding in rule(path, text)]


def main(paths):
    findings = []
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                findings += check(path, file.read())
        except UnicodeDecodeError:
            continue  # seed corpora and pictures
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
