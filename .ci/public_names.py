#!/usr/bin/env python3
"""fwd.hpp names every public type, and dynvision.hpp includes every header that is for users.

Public is what a header of a user declares in the namespaces dynvision and dynvision::run: types, aliases and concepts. Those
that cannot be declared ahead (aliases, concepts, constrained templates) are named in a comment. Headers in rooms and in
kernels/ are not for users, nor are those of INSIDE, whose types hold the library together. config/ needs Boost.Hana, and
measures and dynamics Eigen, which dynvision.hpp does without.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include/dynvision"
NAMESPACES = {"dynvision", "dynvision::run"}

INSIDE = {
    "concepts/fault.hpp", "concepts/path.hpp", "concepts/policy.hpp", "core/host_numbers.hpp", "core/list.hpp", "core/own_dtype.hpp",
    "families/area.hpp", "families/group.hpp", "families/recurrent_convolution.hpp", "io/idx.hpp", "model/check.hpp", "model/compose.hpp", "model/explain.hpp",
    "model/part.hpp", "operations/sequence.hpp", "run/channels_last.hpp", "run/input_check.hpp", "run/start.hpp", "run/monitors.hpp",
    "run/probing.hpp", "run/probe_place.hpp",
}
# They need the target dynvision::variants, which dynvision.hpp does without.
WITH_VARIANTS = {"variants/first_use.hpp", "variants/registry.hpp"}
# They need the component analysis, Eigen, which dynvision.hpp does without.
WITH_EIGEN = {"analysis/measures.hpp", "analysis/dynamics.hpp", "analysis/maps.hpp", "rate/systems.hpp", "rate/attractors.hpp",
              "rate/ksat.hpp", "rate/reservoirs.hpp", "rate/programming.hpp"}
INSIDE_NAMES = re.compile(
    r"Is[A-Z]\w*"                                                        # what a policy is asked
    r"|(?:Sound|Taken)Policies|ChoiceOf|Choice|RecurrenceOf|LongestDelay|LongestDelayOf|DyRCNNDefaults"           # of families
    r"|Adapter|Projection|MonitoredActivity|MessagePart|PolicyKinds|PublishedOrder|Unnamed|FirstCopy"
    r"|CompiledRun|LiveRun|ForwardSweep|GivenSignals|ParametersOfRecording")

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])\'', re.S)
TEMPLATE = re.compile(r"template\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>\s*")
TYPE = re.compile(r"(enum class|enum|struct|class|concept|using)\s+(\w+)\s*(?P<rest>.*)", re.S)


def declarations(text):
    """(namespace, declaration) of everything at the level of a namespace, up to its ; or {"""
    text = TOKEN.sub(lambda m: '""' if m[0][0] == '"' else "0" if m[0][0] == "'" else " ", text)
    text = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.)*", "", text, flags=re.M | re.S)
    open_, start = [], 0
    for match in re.finditer(r"[{};]", text):
        outside = all(name is not None for name in open_)
        before = text[start:match.start()]
        namespace = re.search(r"\bnamespace\s+([\w:]*)\s*$", before) if match[0] == "{" else None
        if outside and not namespace and match[0] != "}" and before.strip():
            yield "::".join(name for name in open_ if name), " ".join(before.split())
        if match[0] == "{":
            open_.append(namespace[1] if namespace else None)
        elif match[0] == "}" and open_:
            open_.pop()
        start = match.end()


def types_of(path):
    """name -> declaration, of the public types of a header."""
    found = {}
    for namespace, declaration in declarations(path.read_text()):
        bare = re.sub(r"\[\[.*?\]\]", "", declaration)
        head = "".join(TEMPLATE.findall(bare[: bare.find("{")])) if bare.startswith("template") else ""
        bare = bare[len(head):] if head and bare.startswith(head.strip()) else TEMPLATE.sub("", bare, count=1)
        bare = re.sub(r"^requires\b.*?(?=\b(?:struct|class)\b)", "", bare).strip()
        match = TYPE.match(bare)
        if namespace not in NAMESPACES or not match or match["rest"].startswith("<"):
            continue  # a specialisation is no new name
        if match[1] == "using" and not match["rest"].startswith("="):
            continue
        if not INSIDE_NAMES.fullmatch(match[2]):
            found.setdefault(match[2], (match[1], declaration))
    return found


def for_users(inside):
    parts = inside.parts
    return (len(parts) == 1 and inside.name not in ("fwd.hpp", "dynvision.hpp")
            or len(parts) == 2 and parts[0] not in ("kernels", "config") and str(inside) not in INSIDE)


def included(header, seen):
    path = INCLUDE / header
    if header not in seen and path.is_file():
        seen.add(header)
        for name in re.findall(r"^#\s*include <dynvision/([^>]+)>", path.read_text(), flags=re.M):
            included(name, seen)
    return seen


def main():
    problems = []
    headers = {str(path.relative_to(INCLUDE)): path for path in sorted(INCLUDE.rglob("*.hpp"))}
    users = [name for name, path in headers.items() if for_users(path.relative_to(INCLUDE))]
    forward = headers["fwd.hpp"].read_text()
    named = set(re.findall(r"\w+", forward))
    public, all_types = {}, set()
    for name in headers:
        if name != "fwd.hpp":
            all_types |= set(re.findall(r"\b(?:struct|class|using|concept)\s+(?:\[\[.*?\]\]\s*)?(\w+)", headers[name].read_text()))
    for name in users:
        for type_, (kind, declaration) in types_of(headers[name]).items():
            public[type_] = name
            if type_ not in named:
                problems.append(f"fwd.hpp: {type_} of {name} is missing: {declaration.split(' : ')[0][:100]}")
    for type_ in sorted(set(types_of(headers["fwd.hpp"])) - all_types):
        problems.append(f"fwd.hpp: {type_} is in no header")

    everything = included("dynvision.hpp", set())
    for name in users:
        if name not in everything and name not in WITH_VARIANTS | WITH_EIGEN:
            problems.append(f"dynvision.hpp: {name} is missing")
    for name in sorted(INSIDE - set(headers)):
        problems.append(f".ci/public_names.py: there is no header {name}")

    print("".join(problem + "\n" for problem in problems), end="")
    print(f"public names: {len(public)} types of {len(users)} headers, {len(problems)} problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
