#!/usr/bin/env python3
"""man - manual pages, from what there is: `quipu --help`, and the comments of the public headers.

    man.py --command BUILD/quipu --headers include/quipu --version 0.1.0 FOLDER

Writes FOLDER/man1/quipu.1 and quipu-COMMAND.1, and FOLDER/man3/CALL.3 for each public call.
"""
import argparse
import os
import re
import subprocess

DATE = "2026-11-29"  # of the form, not of the build: the same bytes each time


def escape(text):
    """Text as roff reads it: no requests, no escapes, minus signs that can be pasted."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in ".'" else line for line in text.split("\n"))


def head(name, section, version, what):
    return (f'.TH {name.upper()} {section} {DATE} "quipu {version}" "Quipu"\n'
            f".SH NAME\n{escape(name)} \\- {escape(what)}\n")


def verbatim(text):
    return f".nf\n{escape(text)}\n.fi\n"


def write(folder, section, name, text):
    place = os.path.join(folder, f"man{section}")
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(place, f"{name}.{section}"), "w", encoding="utf-8") as file:
        file.write(text)


def help_of(command, *words):
    done = subprocess.run([command, *words, "--help"], capture_output=True, text=True, check=True)
    return done.stdout


def command_page(name, text, version, see):
    """`quipu NAME --help`: a line of what it is, its usage, its options, prose."""
    first, rest = text.split("\n", 1)
    usage, _, after = rest.strip("\n").partition("\n\n")
    options, prose = [], []
    for block in after.strip("\n").split("\n\n"):
        (options if not prose and block.startswith("  ") else prose).append(block)
    page = head(name, 1, version, first.partition(" - ")[2])
    page += ".SH SYNOPSIS\n" + escape(usage.removeprefix("Usage: ")) + "\n"
    if options:
        page += ".SH OPTIONS\n"
    for line in "\n".join(options).split("\n") if options else []:
        option, _, what = line.strip().partition("  ")
        page += f".TP\n.B {escape(option)}\n{escape(what.strip())}\n"
    page += ".SH DESCRIPTION\n" + ".PP\n".join(
        verbatim(block) if "\n  " in "\n" + block else escape(block) + "\n" for block in prose)
    return page + ".SH SEE ALSO\n" + see + "\n"


def write_commands(command, folder, version):
    whole = help_of(command)
    names = re.findall(r"^  (\w+) +\S", whole.split("A first look")[0], re.MULTILINE)
    names = [name for name in names if name != "quipu"]
    see = ", ".join(f".BR quipu\\-{name} (1)" for name in names).replace(", .BR", " ,\n.BR")
    write(folder, 1, "quipu", command_page("quipu", whole, version, see))
    for name in names:
        write(folder, 1, f"quipu-{name}",
              command_page(f"quipu-{name}", help_of(command, name), version, ".BR quipu (1)"))
    return names


def prose_of(comment):
    """The text of a comment, without its frame."""
    lines = comment.strip()[2:-2].split("\n")
    return "\n".join(re.sub(r"^ \* ?", "", line).rstrip() for line in lines).strip()


def call_page(name, header, prose, declaration, version):
    said, _, facts = prose.partition("\n\n  ")
    sentence = " ".join(said.split()).split(". ")[0].rstrip(".")
    page = head(name, 3, version, sentence[0].lower() + sentence[1:])
    page += f".SH SYNOPSIS\n.nf\n.B #include <quipu/{header}>\n.PP\n{escape(declaration)}\n.fi\n"
    page += ".SH DESCRIPTION\n" + escape(said) + "\n"
    if facts:
        page += ".SH CONTRACT\n" + verbatim("  " + facts)
    return page + ".SH SEE ALSO\n.BR quipu (1)\n"


def write_calls(headers, folder, version):
    names = []
    for header in sorted(os.listdir(headers)):
        if not header.endswith(".h"):
            continue
        with open(os.path.join(headers, header), encoding="utf-8") as file:
            text = file.read()
        for comment in re.finditer(r"/\*(?:(?!\*/).)*\*/\n(?=QUIPU_PUBLIC)", text, re.DOTALL):
            # The declarations that follow without an empty line between belong to it.
            after = text[comment.end():].split("\n\n")[0]
            for declaration in re.findall(r"QUIPU_PUBLIC [^;]*;", after):
                plain = re.sub(r"\n +", "\n        ", declaration.removeprefix("QUIPU_PUBLIC "))
                name = re.search(r"(\w+)\(", plain).group(1)
                names.append(name)
                write(folder, 3, name,
                      call_page(name, header, prose_of(comment.group()), plain, version))
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--command")
    parser.add_argument("--headers", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("folder")
    given = parser.parse_args()
    commands = write_commands(given.command, given.folder, given.version) if given.command else []
    calls = write_calls(given.headers, given.folder, given.version)
    print(f"{len(commands)} commands, {len(calls)} calls")


if __name__ == "__main__":
    main()
