#!/usr/bin/env python3
"""sbom - what an installed Quipu is made of, as SPDX 2.3 in JSON.

    sbom.py --version 0.1.0 --sources . FILE

Lists the source files that are installed or compiled with their checksums, and what they are linked
with or include. The same bytes for the same sources.
"""
import argparse
import hashlib
import json
import os

CREATED = "2026-11-29T00:00:00Z"  # of the form, not of the build
NEEDS = [
    ("libxxhash", "BSD-2-Clause", "BUILD_DEPENDENCY_OF", "its header is compiled in"),
    ("jemalloc", "BSD-2-Clause", "OPTIONAL_DEPENDENCY_OF", "of the command and of the archive"),
    ("libatomic", "GPL-3.0-or-later WITH GCC-exception-3.1", "DEPENDENCY_OF", ""),
    ("argtable2", "LGPL-2.0-or-later", "DEPENDENCY_OF", "of the command"),
    ("libcsv", "LGPL-2.1-or-later", "DEPENDENCY_OF", "of the command"),
    ("jansson", "MIT", "DEPENDENCY_OF", "of the command"),
    ("libsmartcols", "LGPL-2.1-or-later", "DEPENDENCY_OF", "of the command"),
    ("libedit", "BSD-3-Clause", "OPTIONAL_DEPENDENCY_OF", "of `quipu shell`"),
    ("hiredis", "BSD-3-Clause", "OPTIONAL_DEPENDENCY_OF", "of libquipu-redis and `quipu lock`"),
]


def package(name, version, license_of, comment=""):
    made = {"SPDXID": f"SPDXRef-{name}", "name": name, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": license_of,
            "licenseDeclared": license_of, "copyrightText": "NOASSERTION"}
    if version:
        made["versionInfo"] = version
    if comment:
        made["comment"] = comment
    return made


def files_of(sources):
    for top in ("include", "engine"):
        for folder, folders, names in os.walk(os.path.join(sources, top)):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    data = file.read()
                yield os.path.relpath(path, sources), data


def document(sources, version):
    files, whole = [], hashlib.sha1()
    for path, data in files_of(sources):
        sha1 = hashlib.sha1(data).hexdigest()
        whole.update(sha1.encode())
        files.append({
            "SPDXID": f"SPDXRef-File-{len(files)}", "fileName": f"./{path}",
            "checksums": [{"algorithm": "SHA1", "checksumValue": sha1},
                          {"algorithm": "SHA256",
                           "checksumValue": hashlib.sha256(data).hexdigest()}],
            "licenseConcluded": "Apache-2.0", "copyrightText": "NOASSERTION"})
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-quipu")]
    relations += [(f"SPDXRef-{name}", how, "SPDXRef-quipu") for name, _, how, _ in NEEDS]
    relations += [("SPDXRef-quipu", "CONTAINS", file["SPDXID"]) for file in files]
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"quipu-{version}",
        "documentNamespace": f"urn:quipu:{version}:{whole.hexdigest()}",
        "creationInfo": {"created": CREATED, "creators": ["Tool: sbom.py"]},
        "packages": [package("quipu", version, "Apache-2.0")] +
                    [package(name, "", license_of, comment)
                     for name, license_of, _, comment in NEEDS],
        "files": files,
        "relationships": [{"spdxElementId": one, "relationshipType": how,
                           "relatedSpdxElement": other} for one, how, other in relations]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--version", required=True)
    parser.add_argument("--sources", required=True)
    parser.add_argument("file")
    given = parser.parse_args()
    with open(given.file, "w", encoding="utf-8") as file:
        json.dump(document(given.sources, given.version), file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
