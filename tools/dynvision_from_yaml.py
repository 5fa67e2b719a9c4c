#!/usr/bin/env python3
"""Writes the Python toolbox's YAML configuration as dynvision's JSON: the same keys, in the same hierarchy.

    dynvision_from_yaml.py config_defaults.yaml config_workflow.yaml --to configs/
    dynvision_from_yaml.py configs/ --to ours/ --program build/examples/dynvision

Each NAME.yaml becomes NAME.json in the folder of --to. Where the program dynvision is found (--program, or on the path), it
checks what was written, and says which keys it does not know and which have no effect here, each with its line.

Values are what the toolbox reads, but for what YAML 1.1 does by surprise, which is said:
  1e-4         a number (YAML 1.1: a text, for want of a point)
  0110, 1_000  stay the texts that they are: a pattern, a name (YAML 1.1: 72, 1000)
  12:30:00     stays a text (YAML 1.1: 45000); dates likewise
  None         is null (YAML: a text); no and off are false, as YAML 1.1 has them
Refused: a key that is there twice, tags (!!python/...), nan and infinity, files above 10 MB or that would grow beyond 200,000
values by their anchors. Nothing in a file is executed.

Exit status: 0, 1 where the program found something wrong, 2 where a file cannot be converted.
"""
import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import yaml
except ImportError:
    sys.exit("dynvision_from_yaml: PyYAML is needed: apt install python3-yaml, or pip install pyyaml")

MOST_BYTES, MOST_VALUES, MOST_DEPTH = 10_000_000, 200_000, 64
PLAIN_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$")
SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)$")
YAML_TAGS = "tag:yaml.org,2002:"
PLAIN_TAGS = {YAML_TAGS + kind for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value")}


class Refused(Exception):
    """A file that cannot be converted, with its place."""


class Converter:
    """Nodes of one YAML file to values of JSON; `notes` collects what was read differently than YAML 1.1 says."""

    def __init__(self, path):
        self.path, self.notes, self.n_values = path, [], 0

    def place(self, node):
        return f"{self.path}:{node.start_mark.line + 1}"

    def value(self, node, depth=0):
        self.n_values += 1
        if self.n_values > MOST_VALUES:
            raise Refused(f"{self.path}: more than {MOST_VALUES} values (do anchors repeat each other?)")
        if depth > MOST_DEPTH:
            raise Refused(f"{self.place(node)}: nested more than {MOST_DEPTH} deep")
        if node.tag not in PLAIN_TAGS:
            raise Refused(f"{self.place(node)}: the tag {node.tag} is not converted: expected plain values")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        return self.scalar(node)

    def mapping(self, node, depth):
        own, merged = {}, {}
        for key_node, value_node in node.value:
            if key_node.tag == YAML_TAGS + "merge":  # <<: *base; what is written here goes before it
                sources = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                for source in sources:
                    value = self.value(source, depth + 1)
                    if not isinstance(value, dict):
                        raise Refused(f"{self.place(key_node)}: << expects a mapping, found {value!r}")
                    for key, inherited in value.items():
                        merged.setdefault(key, inherited)
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                raise Refused(f"{self.place(key_node)}: a key must be a text, found a list or a mapping")
            key = key_node.value
            if key in own:
                raise Refused(f"{self.place(key_node)}: the key {key!r} is there twice: only one would count")
            own[key] = self.value(value_node, depth + 1)
        return {**{k: v for k, v in merged.items() if k not in own}, **own}

    def scalar(self, node):
        text, kind = node.value, node.tag[len(YAML_TAGS):]
        if node.style is not None:  # in quotes, or a block: a text
            return text
        if kind == "null" or text == "None":
            return None
        if kind == "bool":
            return text.lower() in ("yes", "true", "on")
        if kind == "int" and PLAIN_INTEGER.match(text):
            return int(text)
        if SPECIAL.match(text):
            raise Refused(f"{self.place(node)}: {text} is no number of JSON: give a finite one, or leave the key out")
        if kind in ("float", "str") and NUMBER.match(text):
            if PLAIN_INTEGER.match(text):
                return int(text)
            if kind == "float" or re.search("[eE]", text):
                number = float(text)
                if not math.isfinite(number):
                    raise Refused(f"{self.place(node)}: {text} is too large a number")
                if kind == "str":
                    self.notes.append(f"{self.place(node)}: {text} is read as a number (YAML 1.1 reads a text)")
                return number
        if kind in ("int", "float", "timestamp"):
            self.notes.append(f"{self.place(node)}: {text} is kept as a text (YAML 1.1 reads something else)")
        return text


def convert(path):
    """The value of a YAML file, and notes."""
    if path.stat().st_size > MOST_BYTES:
        raise Refused(f"{path}: larger than {MOST_BYTES // 1_000_000} MB")
    try:
        text = path.read_text(encoding="utf-8-sig")
        nodes = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except UnicodeDecodeError as error:
        raise Refused(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Refused(f"{path}:{mark.line + 1}:{mark.column + 1}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise Refused(f"{path}: {error}") from None
    except RecursionError:
        raise Refused(f"{path}: nested too deeply") from None
    if len(nodes) > 1:
        raise Refused(f"{path}: {len(nodes)} documents: expected one")
    converter = Converter(path)
    value = converter.value(nodes[0]) if nodes and nodes[0] is not None else {}
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise Refused(f"{path}: expected keys with values, found {type(value).__name__}")
    return value, converter.notes


def json_text(value, source):
    """Short lists and mappings of scalars stay on their line."""

    def write(item, indent):
        flat = json.dumps(item, ensure_ascii=False)
        nested = isinstance(item, (dict, list)) and any(isinstance(v, (dict, list)) for v in
                                                        (item.values() if isinstance(item, dict) else item))
        if not isinstance(item, (dict, list)) or not item or (not nested and len(flat) + len(indent) < 100):
            return flat
        inner = indent + "  "
        if isinstance(item, list):
            lines = [inner + write(v, inner) for v in item]
            return "[\n" + ",\n".join(lines) + "\n" + indent + "]"
        lines = [f"{inner}{json.dumps(k, ensure_ascii=False)}: {write(v, inner)}" for k, v in item.items()]
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"

    lines = [f"  {json.dumps(k, ensure_ascii=False)}: {write(v, '  ')}" for k, v in value.items()]
    return f"// from {source}\n{{\n" + ",\n".join(lines) + "\n}\n"


def write_file(path, text):
    """Complete or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".dynvision-", suffix=".partial")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def files_of(names):
    files = []
    for name in map(Path, names):
        if name.is_dir():
            inside = sorted(p for p in name.iterdir() if p.suffix in (".yaml", ".yml"))
            if not inside:
                raise Refused(f"{name}: no file NAME.yaml in this folder")
            files += inside
        elif name.is_file():
            files.append(name)
        else:
            raise Refused(f"{name}: expected a file or a folder, found none")
    stems = [file.stem for file in files]
    twice = [stem for stem in stems if stems.count(stem) > 1]
    if twice:
        raise Refused(f"two files would become {twice[0]}.json: convert them one by one")
    return files


def check(program, written):
    """What dynvision says of the files together, in the order of its hierarchy."""
    result = subprocess.run([program, "config", "check", "--config", *map(str, written)], capture_output=True, text=True)
    print((result.stdout + result.stderr).strip())
    return result.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0], epilog=__doc__.split("\n\n", 1)[1],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("yaml", nargs="+", help="files, or folders of them")
    parser.add_argument("--to", default=".", help="folder of the JSON files (default: here)")
    parser.add_argument("--program", help="dynvision, which checks them (default: the one on the path)")
    parser.add_argument("--no-check", action="store_true", help="convert only")
    arguments = parser.parse_args()
    try:
        to, written, notes = Path(arguments.to), [], []
        converted = [(file, *convert(file)) for file in files_of(arguments.yaml)]  # all, before the first is written
        to.mkdir(parents=True, exist_ok=True)
        for file, value, said in converted:
            target = to / (file.stem + ".json")
            write_file(target, json_text(value, file.name))
            written.append(target)
            notes += said
            print(f"{target}: {len(value)} keys from {file}")
    except (Refused, OSError) as error:
        sys.stderr.write(f"dynvision_from_yaml: {error}\n")
        return 2
    for note in notes:
        print(note)
    program = arguments.program or shutil.which("dynvision")
    if arguments.no_check:
        return 0
    if not program:
        print("not checked: the program dynvision is not on the path (--program names it)")
        return 0
    try:
        return 1 if check(program, written) else 0
    except OSError as error:
        sys.stderr.write(f"dynvision_from_yaml: {program}: {error.strerror}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
