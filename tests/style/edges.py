"""edges - read the memory-order comments of C code, and the accesses they cover.

    /* edge NAME: ORDER; pairs with ORDER in FUNCTION(). Carries WHAT. */
    /* relaxed: REASON. */

A comment covers the accesses after it, up to a blank line, a closing brace further out, or the next
such comment; a comment at the end of a line covers that line alone. Comments that touch are one.
"""
import re

ORDERS = ("relaxed", "acquire", "release", "acq_rel", "seq_cst")

WRITER, READER = "writer", "reader"
SIDES = {"release": {WRITER}, "acquire": {READER}, "acq_rel": {WRITER, READER}}

VERB = re.compile(r"\w+_(relaxed|acquire|release|acq_rel|seq_cst)$")
HEAD = re.compile(r"\bedge\s+([\w.]+):\s*(\w+)|\brelaxed:")


class Statement:
    """One `edge ...` or `relaxed: ...`: what it says, and the accesses it turned out to cover."""

    def __init__(self, line, edge, order, body):
        self.line = line
        self.edge = edge  # None: relaxed
        self.order = order
        self.body = body
        self.functions = []  # where its accesses are
        self.verbs = []

    def partners(self):
        """(order, function) for each partner named; function None: itself; order None: unsaid."""
        clause = re.search(r"\bpairs with\b(.*?)(?:[.:;](?:\s|$)|$)", self.body)
        found, order = [], None
        for word, call in re.findall(r"(\w+)(\(\))?", clause.group(1) if clause else ""):
            verb = VERB.match(word)
            if word.removesuffix("s") in ORDERS:
                order = word.removesuffix("s")
            elif verb and call:
                order = verb.group(1)
            elif call:
                found.append((order, word))
            elif word == "itself":
                found.append((self.order, None))
        return found

    def carries(self):
        return re.search(r"\bCarries\s+\w", self.body) is not None

    def sides(self):
        """The ends it holds. A seq_cst exchange is the writer if it says what it carries."""
        if self.order == "seq_cst":
            if all(verb.startswith("load") for verb in self.verbs):
                return {READER}
            if all(verb.startswith("store") for verb in self.verbs):
                return {WRITER}
            return {WRITER} if self.carries() else {READER}
        return SIDES.get(self.order, set())

    def says_why(self):
        """Of a seq_cst: the stores and loads that need it, or where that is said."""
        reason = r"\bstores?\b.*\bloads?\b|\bloads?\b.*\bstores?\b|seq_cst as part of \w"
        return re.search(reason, self.body) is not None


class Block:
    """The statements that cover what follows, and how far in they stand."""

    def __init__(self, statements, column):
        self.statements = statements
        self.column = column
        self.touched = False  # code has followed

    def orders(self):
        """acquire and release, said of the same access, are acq_rel."""
        said = {statement.order for statement in self.statements}
        return {"acq_rel"} if said == {"acquire", "release"} else said


class Access:
    def __init__(self, line, verb, order, function, block):
        self.line = line
        self.verb = verb
        self.order = order
        self.function = function
        self.block = block


def statements_of(comment):
    text = re.sub(r"\s+", " ", re.sub(r"\n\s*\*", "\n", comment.text.strip("/*")))
    heads = list(HEAD.finditer(text))
    found = []
    for head, following in zip(heads, heads[1:] + [None]):
        body = text[head.end() : following.start() if following else len(text)]
        order = head.group(2) or "relaxed"
        found.append(Statement(comment.first, head.group(1), order, body))
    return found


def verbs_of(atomic):
    """name: order, of every verb that base/atomic.h defines."""
    found = {}
    for function in atomic.functions():
        match = VERB.match(function.name)
        if match:
            found[function.name] = match.group(1)
    return found


def read(file, verbs):
    """Every access of a file, with the block that covers it or None; and every statement."""
    functions = file.functions()
    call = re.compile(r"\b(" + "|".join(sorted(verbs)) + r")\s*\(") if verbs else re.compile("$^")
    starts = {}
    for comment in file.comments:
        starts.setdefault(comment.first, []).append(comment)

    accesses, statements, block = [], [], None
    for number, code in enumerate(file.code, 1):
        beside = None
        if not file.lines[number - 1].strip():
            block = None
        for comment in starts.get(number, []):
            said = statements_of(comment)
            statements += said
            if said and comment.trailing:
                beside = Block(said, comment.column)
            elif said and block and not block.touched:
                block.statements += said
            elif said:
                block = Block(said, comment.column)

        for match in call.finditer(code):
            inside = [f.name for f in functions if f.first <= number <= f.last]
            access = Access(number, match.group(1), verbs[match.group(1)],
                            inside[0] if inside else "?", beside or block)
            accesses.append(access)
            if access.block and access.order in access.block.orders():
                for statement in access.block.statements:
                    statement.functions.append(access.function)
                    statement.verbs.append(access.verb)

        if block and code.strip():
            block.touched = True
            indent = len(code) - len(code.lstrip())
            if code.strip().startswith("}") and indent < block.column:
                block = None
    return accesses, statements
