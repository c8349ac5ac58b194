"""A reader that sees that an import noted a record finds the note."""
PLACES = {"count": 0}
PLAIN = {"note": 0}


def imports():
    yield write("note", 1)
    yield store("count", 1, "imports.count quipui_imports_add")


def scans():
    if (yield load("count", "imports.count imports_count")) == 1:
        yield read("note")


THREADS = [imports, scans]
