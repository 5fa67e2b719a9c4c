#!/usr/bin/env python3
"""Sums up what ctest has written (--output-junit): a test that ran in several files counts once, as failed if it failed in
one of them, and as skipped if it was skipped in all. The last line is `N passed, N failed` (and `, N skipped`).
"""
import sys
import xml.etree.ElementTree as xml

ORDER = ["skipped", "passed", "failed"]


def outcomes(path):
    for case in xml.parse(path).getroot().iter("testcase"):
        passed = case.get("status") == "run" and case.find("failure") is None
        yield case.get("name"), "skipped" if case.find("skipped") is not None else "passed" if passed else "failed"


def main():
    found, unread = {}, 0
    for path in sys.argv[1:]:
        try:
            for name, outcome in outcomes(path):
                found[name] = max(found.get(name, "skipped"), outcome, key=ORDER.index)
        except (OSError, xml.ParseError) as error:
            print(f"tests that have not run: {error}")
            unread += 1
    count = {outcome: [name for name in found if found[name] == outcome] for outcome in ORDER}
    for outcome in ("skipped", "failed"):
        if count[outcome]:
            print(f"{outcome}: {' '.join(sorted(count[outcome]))}")
    skipped = f", {len(count['skipped'])} skipped" if count["skipped"] else ""
    print(f"{len(count['passed'])} passed, {len(count['failed']) + unread} failed{skipped}")
    return bool(count["failed"] or unread)


if __name__ == "__main__":
    sys.exit(main())
