#!/usr/bin/env python3
"""check_words - plain words: what makes a sentence readable the first time.

    check_words.py [ROOT [FOLDER or FILE ...]]

Looks at comments (C, Python with its docstrings, shell, CMake), at Markdown outside of code, and at
what engine/command prints. A phrase in backticks or double quotes is quoted, not said.

W1  A clause does not begin with the pronoun `who`, `whoever` or `whatever` as its subject, and
    threads and calls are `that`, not `who`. Questions stay: `says who has it`, headings, people.
W2  The field's word, not a picture: retry, prefetch, unused place, is using the account.
W3  A return value is a sentence: `Returns false if memory runs out.`, not a word and a colon.
W4  No `else` behind a comma or at the end of a clause: two sentences say which case is which.
W5  No inverted conditions (`were it ...`, `had it ...`): say `if`.
W6  No headless `of`: `what is of`, `those of whom`, `that of which`.
W7  One meaning a word: a hold expires, and "released" is not said of it; knots form strands, not
    threads; ids are claimed, nothing else is.
"""
import ast
import collections
import io
import os
import re
import sys
import tokenize

import source

FOLDERS = ["include", "engine", "tests", "bench", "docs", ".ci"]
C_FILES = (".c", ".h", ".pml")
HASH_FILES = (".sh", ".cmake", "CMakeLists.txt")
ENDINGS = C_FILES + HASH_FILES + (".py", ".md")
SCRIPTS = ["dev", ".ci/run", "bench/figures", "bench/plot"]
MESSAGES = "engine/command/"

# Behind one of these `who` asks a question, and stays.
ASKING = set("""say says said saying tell tells told telling know knows known see sees seen ask asks
    asked show shows shown decide decides remember remembers matter matters find finds""".split())
PEOPLE = set("""people person persons user users human humans engineer engineers programmer
    programmers author authors contributor contributors maintainer maintainers customer customers
    enemy attacker attackers""".split())

VERB = (r"(?:is|are|was|were|has|had|have|can|could|may|might|must|will|would|did|does|do|comes?|"
        r"came|goes|went|happens?|becomes?|became|fails?|falls?|says?|holds|reads?|writes?|\w+ed)")
LOCKABLE = r"(?:it|them|(?:the|this|that|one|an|these|the same|its) (?:accounts?|locks?|shards?))"
DUE = r"(?:holds?|reservations?|time-?outs?|due|backlogs?)"
NO_ORDER = r"(?:(?!acquire|order|store|edge|load|relaxed|fence)[^.;:,()|])"

# Each: rule, what to say about it, and the pattern, for text whose lines are joined by one blank.
PATTERNS = [(rule, advice, re.compile(pattern, flags)) for rule, advice, pattern, flags in [
    ("W1", "name the subject", rf"\bwhatever {VERB}\b", re.I),
    ("W1", "name the subject", r"\bwho(?:m?ever)\b", re.I),
    ("W2", "retries, starts over", r"\bround again\b|\b(?:go|goes|going|went|gone) round\b",
     re.I),
    ("W2", "prefetch", r"\bask(?:s|ed|ing)?\b(?: \w+){0,3} ahead\b", re.I),
    ("W2", "stages", r"\ba step apart\b", re.I),
    ("W2", "is unused, fails, is refused", r"\b(?:came|comes?|coming) to nothing\b", re.I),
    ("W2", "uses the account",
     rf"\b(?:is|are|was|were|be|been|being) at {LOCKABLE}(?![\w'])(?! \w+'s)", re.I),
    ("W2", "uses these accounts", r"\bat these accounts\b", re.I),
    ("W3", "Returns ... if ...", r"(?:^|[.;] |\W - )(?:False|True|false|true): ", 0),
    ("W4", "a second sentence; otherwise",
     r"(?:^|[.;:,(] )(?:or |and )?else\b(?! if\b)", re.I),
    ("W4", "a second sentence; otherwise",
     r"\b(?!(?:no|some|any|every)(?:thing|body|one|where)\b|(?:who|what|where|how|one|none)\b)"
     r"\w+ else(?=[.;:,)]|$)", re.I),
    ("W5", "say `if`",
     r"(?:^|[.;:,(] )(?:were|had) (?:it|they|there|this|that|these|those|the|a|an|we|one|any|both|"
     r"no|nobody|all|each)\b", re.I),
    ("W5", "say `if`",
     r"(?:^|[.;:,(] )should (?:it|they|there|this|that|the|a|an|we|one|any)\b[^?.]*[,.]", re.I),
    ("W6", "name the thing",
     r"\bwhat (?:is|was|are) of\b|\bthose of whom\b|\bthat of which\b", re.I),
    ("W7", "holds expire", rf"\breleas(?:e|es|ed|ing)\b{NO_ORDER}{{0,25}}\b{DUE}\b(?! (?:builds?))",
     re.I),
    ("W7", "holds expire", rf"\b{DUE}\b{NO_ORDER}{{0,25}}\breleas(?:e|es|ed|ing)\b", re.I),
    ("W7", "a strand", r"\b(?:accounts?'s?|of (?:its|their|an|the|each|both) accounts?) threads?\b",
     re.I),
    ("W7", "a strand", r"\bthreads? of (?:knots|(?:its|their|an|the|each|every|both) accounts?)\b",
     re.I),
    ("W7", "a strand", r"\balong (?:a|an|the|its|their|one|each) (?:\w+'s )?threads?\b", re.I),
    ("W7", "a strand", r"\bknots? (?:\w+ )?(?:in|on|onto|of) (?:a|the|its|their|one) threads?\b",
     re.I),
    ("W7", "only ids are claimed",
     r"\bclaim(?:s|ed|ing)?(?: of| on)?(?: pending| (?:a|an|the|its|their|each|all|one)"
     r" (?:holds?|pending|places?|workers?|accounts?|slots?|chunks?))\b(?! ids?\b)", re.I),
]]

Block = collections.namedtuple("Block", "lines heading")  # lines: (number, text) each


# --- what there is to read ---


def c_blocks(file):
    for comment in file.comments:
        lines = comment.text.replace("/*", " ", 1).removesuffix("*/").split("\n")
        yield from paragraphs([(comment.first + i, re.sub(r"^\s*(?:\*|//)", "", line))
                               for i, line in enumerate(lines)])


def message_blocks(file):
    """String literals with nothing but blanks between are one message."""
    lines, end = [], 0
    for match in source.TOKEN.finditer(file.text):
        if not (match.group("text") or "").startswith('"'):
            continue
        if lines and file.text[end:match.start()].strip():
            yield Block(lines, False)
            lines = []
        number = file.text.count("\n", 0, match.start()) + 1
        for part in match.group("text")[1:-1].split("\\n"):
            lines.append((number, part.replace('\\"', '"')))
        end = match.end()
    if lines:
        yield Block(lines, False)


def hash_blocks(file):
    lines = []
    for number, line in enumerate(file.lines, 1):
        alone = re.match(r"\s*#(?!!)(.*)", line)
        behind = re.search(r"\s#\s(.*)", line)
        if alone:
            lines.append((number, alone.group(1)))
            continue
        yield from paragraphs(lines)
        lines = []
        if behind and line[:behind.start()].count('"') % 2 == 0:
            yield Block([(number, behind.group(1))], False)
    yield from paragraphs(lines)


def python_blocks(file):
    lines = []
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        if token.type == tokenize.COMMENT:
            if lines and token.start[0] != lines[-1][0] + 1:
                yield from paragraphs(lines)
                lines = []
            lines.append((token.start[0], token.string.lstrip("#!")))
    yield from paragraphs(lines)
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(ast.parse(file.text)):
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
            text = ast.get_docstring(node, clean=False)
            yield from paragraphs([(node.body[0].lineno + i, line)
                                   for i, line in enumerate(text.split("\n"))])


def markdown_blocks(file):
    """Paragraphs, headings, list items and the cells of tables; no code."""
    lines, fenced, coded, above = [], False, False, ""
    for number, line in enumerate(file.lines, 1):
        fence = line.lstrip().startswith("```")
        coded = line.startswith("    ") and (coded or not above.strip())
        above = line
        fenced = fenced != fence
        if fence or fenced or coded or not line.strip() or line.startswith(("#", "|")):
            yield from paragraphs(lines)
            lines = []
        if fence or fenced or coded:
            continue
        if line.startswith("#"):
            yield Block([(number, line.lstrip("#"))], True)
        elif line.startswith("|"):
            for cell in line.split("|"):
                yield Block([(number, cell)], False)
        else:
            lines.append((number, line))
    yield from paragraphs(lines)


def paragraphs(lines):
    """Split at blank lines and where a list item begins: there a sentence begins, too."""
    found = []
    for number, text in lines:
        item = re.match(r"\s*(?:[-*] |[A-Z]+\d+  |\d+\. )", text)
        if (item or not text.strip()) and found:
            yield Block(found, False)
            found = []
        if text.strip():
            found.append((number, text[item.end():] if item else text))
    if found:
        yield Block(found, False)


def blocks_of(file):
    if file.path.endswith(C_FILES):
        yield from c_blocks(file)
        if file.path.startswith(MESSAGES):
            yield from message_blocks(file)
    elif file.path.endswith(".md"):
        yield from markdown_blocks(file)
    elif file.path.endswith(".py") or file.text.startswith("#!/usr/bin/env python3"):
        yield from python_blocks(file)
    else:
        yield from hash_blocks(file)


# --- what is wrong with it ---


def joined(block):
    """The text of a block as one line, without what it quotes; and where its lines begin."""
    starts, text = [], ""
    for number, line in block.lines:
        line = re.sub(r"\s+", " ", line).strip().lstrip(">*").strip()
        text += " " if text and line else ""
        starts.append((len(text), number))
        text += line
    quoted = re.compile(r"`[^`]*`|\"[^\"]*\"|\]\([^)]*\)")
    return quoted.sub(lambda match: "`" * len(match.group()), text).replace("**", "  "), starts


def pronouns(text):
    """W1: each `who` and `whom` that is neither a question nor about people."""
    for match in re.finditer(r"\bwho(m?)\b", text, re.I):
        before = re.findall(r"[\w']+", text[:match.start()])
        direct = before and text[:match.start()].endswith(before[-1] + " ")
        if direct and before[-1].lower() in ASKING | PEOPLE:
            continue
        around = text[max(0, match.start() - 40):match.end() + 40]
        if re.search(r"\bwho [^.;:]{1,40}\bwhom\b", around, re.I):
            continue
        yield match


def check_block(path, block):
    text, starts = joined(block)
    found = [("W1", "name the subject, say `that`", match) for match in pronouns(text)
             if not block.heading]
    for rule, advice, pattern in PATTERNS:
        if not (block.heading and rule == "W1"):
            found += [(rule, advice, match) for match in pattern.finditer(text)]
    for rule, advice, match in found:
        at = match.start() + len(match.group()) - len(match.group().lstrip(".;:,( "))
        number = max(number for start, number in starts if start <= at)
        said = text[at:match.end() + 24].strip()
        yield f"{path}:{number}: {rule}: {said!r}: {advice}"


def wanted(root, parts):
    """The files below these folders, or these files; without any, all there are."""
    if not parts:
        scripts = [path for path in SCRIPTS if os.path.exists(os.path.join(root, path))]
        top = [name for name in sorted(os.listdir(root)) if name.endswith(ENDINGS)]
        return top + scripts + source.paths(root, FOLDERS, ENDINGS)
    found = []
    for part in parts:
        whole = os.path.isfile(os.path.join(root, part))
        found += [part] if whole else source.paths(root, [part.rstrip("/")], ENDINGS)
        found += [path for path in SCRIPTS if not whole and path.startswith(part.rstrip("/") + "/")
                  and os.path.exists(os.path.join(root, path))]
    return found


def check(root, parts=()):
    problems, blocks = [], 0
    for path in wanted(root, parts):
        file = source.read(root, os.path.normpath(path))
        for block in blocks_of(file):
            blocks += 1
            problems += check_block(file.path, block)
    return problems, blocks


if __name__ == "__main__":
    found, count = check(source.root_of(sys.argv), sys.argv[2:])
    sys.exit(source.report("words", found, f"{count} paragraphs"))
