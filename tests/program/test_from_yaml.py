"""The converter of the Python toolbox's YAML files: values, refusals, and that dynvision knows every name of theirs."""
import json
import subprocess
import sys
from pathlib import Path

import program

TOOLBOX = Path(__file__).resolve().parent / "toolbox"
# PyYAML is Debian's (cmake/install_dependencies.sh), for the system's Python.
PYTHON = next(python for python in (sys.executable, "/usr/bin/python3")
              if subprocess.run([python, "-c", "import yaml"], capture_output=True).returncode == 0)


def without_comments(text):
    return json.loads("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//")))


class OfYaml(program.Case):
    def convert(self, *arguments, check=False):
        command = [PYTHON, program.SOURCE / "tools/dynvision_from_yaml.py", *arguments, "--to", self.folder / "json"]
        command += ["--program", program.PROGRAM] if check else ["--no-check"]
        return subprocess.run([str(word) for word in command], cwd=self.folder, env=self.environment, capture_output=True,
                              text=True, timeout=60)

    def one(self, text, name="study.yaml"):
        """The JSON of a YAML text, and what was said."""
        (self.folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        done = self.convert(self.folder / name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return without_comments((self.folder / "json" / name.replace(".yaml", ".json")).read_text()), done.stdout

    def refused(self, text, *said):
        (self.folder / "bad.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        done = self.convert(self.folder / "bad.yaml")
        self.assertEqual(done.returncode, 2, done.stdout)
        for part in said:
            self.assertIn(part, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse((self.folder / "json" / "bad.json").exists())


class Values(OfYaml):
    def test_plain(self):
        value, _ = self.one("tau: 5\nlearning_rate: 0.0002\nskip: True\nfeedback: False\nfree: no\nname: DyRCNNx8\n"
                            "strategy: null\nempty:\nprofiler: None\nrctype: [full, 'self']\nmodel: {dt: 2.0}\n")
        self.assertEqual(value, {"tau": 5, "learning_rate": 0.0002, "skip": True, "feedback": False, "free": False,
                                 "name": "DyRCNNx8", "strategy": None, "empty": None, "profiler": None,
                                 "rctype": ["full", "self"], "model": {"dt": 2.0}})
        self.assertIsInstance(value["tau"], int)

    def test_surprises_of_yaml(self):
        value, said = self.one("lr: 2e-4\nbig: 1E6\npattern: 0110\nplain: 1011\nquoted: '1e-4'\nname: 1_000\n"
                               "time: 12:30:00\nday: 2026-01-31\nhex: 0x10\nzero: 0\nminus: -3\ndots: 1.5e-3\n")
        self.assertEqual(value, {"lr": 0.0002, "big": 1e6, "pattern": "0110", "plain": 1011, "quoted": "1e-4",
                                 "name": "1_000", "time": "12:30:00", "day": "2026-01-31", "hex": "0x10", "zero": 0,
                                 "minus": -3, "dots": 0.0015})
        for line in ("study.yaml:1: 2e-4 is read as a number", "study.yaml:3: 0110 is kept as a text"):
            self.assertIn(line, said)

    def test_anchors_and_merges(self):
        value, _ = self.one("base: &base {tau: 5, dt: 2}\nuse:\n  <<: *base\n  tau: 9\nagain: *base\n")
        self.assertEqual(value["use"], {"dt": 2, "tau": 9})
        self.assertEqual(value["again"], {"tau": 5, "dt": 2})

    def test_text_of_many_kinds(self):
        value, _ = self.one("\ufeffname: \"Zürich \\\"x\\\"\"\nlong: |\n  two\n  lines\n1: number key\n")
        self.assertEqual(value, {"name": 'Zürich "x"', "long": "two\nlines\n", "1": "number key"})
        self.assertEqual(self.one("")[0], {})
        self.assertEqual(self.one("# nothing\n")[0], {})

    def test_order_and_layout(self):
        (self.folder / "a.yaml").write_text("b: {x: [1, 2], y: {z: 1}}\na: 1\n")
        self.convert(self.folder / "a.yaml")
        text = (self.folder / "json/a.json").read_text()
        self.assertEqual(text, '// from a.yaml\n{\n  "b": {\n    "x": [1, 2],\n    "y": {"z": 1}\n  },\n  "a": 1\n}\n')


class Refusals(OfYaml):
    def test_places(self):
        self.refused("tau: 5\ntau: 9\n", "bad.yaml:2: the key 'tau' is there twice")
        self.refused("tau: [1, 2\nb: 3\n", "bad.yaml:2:")
        self.refused("a: .nan\n", "bad.yaml:1: .nan is no number of JSON")
        self.refused("a: 1e999\n", "too large")
        self.refused("a: !!python/object/apply:os.system ['touch harm']\n", "bad.yaml:1: the tag")
        self.refused("a: !mine 3\n", "the tag !mine")
        self.refused("? [1, 2]\n: 3\n", "a key must be a text")
        self.refused("a: 1\n---\nb: 2\n", "2 documents")
        self.refused("- 1\n- 2\n", "expected keys with values, found list")
        self.refused("a: b: c\n", "bad.yaml:1:5: mapping values are not allowed here")
        self.refused(b"a: \xff\n", "not UTF-8")
        self.refused("a: *nothing\n", "undefined alias")
        self.assertFalse((self.folder / "harm").exists())

    def test_what_grows(self):
        bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for i in range(1, 12):
            bomb += f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]\n"
        self.refused(bomb, "more than 200000 values")
        self.refused("a: &a [*a]\n", "bad.yaml")  # a list that holds itself
        self.refused("[" * 2000, "bad.yaml")
        self.refused("a: " + "[" * 100 + "]" * 100 + "\n", "nested more than")

    def test_files(self):
        done = self.convert(self.folder / "none.yaml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected a file or a folder", done.stderr)
        self.assertIn("no file NAME.yaml", self.convert(self.folder).stderr)
        for name in ("a.yaml", "a.yml"):
            (self.folder / name).write_text("tau: 5\n")
        self.assertIn("two files would become a.json", self.convert(self.folder).stderr)


class Names(OfYaml):
    """Every key, alias, experiment, category and mode of the toolbox."""

    def test_all_files_are_converted(self):
        done = self.convert(TOOLBOX, TOOLBOX / "names")
        self.assertEqual(done.returncode, 0, done.stderr)
        experiments = without_comments((self.folder / "json/config_experiments.json").read_text())["experiment_config"]
        self.assertEqual(len(experiments.pop("categories")), 18)
        self.assertEqual(len(experiments), 24)
        self.assertEqual(experiments["responseffonly"]["data_args"]["ffonly"], [True, False])

    def test_dynvision_knows_every_name(self):
        self.assertEqual(self.convert(TOOLBOX, TOOLBOX / "names").returncode, 0)
        files = sorted((self.folder / "json").iterdir())
        self.assertEqual(len(files), 7)
        for file in files:
            with self.subTest(file.name):
                told = self.dynvision("config", "check", "--config", file, status=None)
                self.assertNotIn("config.121", told.out + told.err)  # there is no such key

    def test_keys_without_effect_are_said_with_their_lines(self):
        (self.folder / "study.yaml").write_text("tau: 5\nnum_workers: 4\nuse_ffcv: True\n")
        done = self.convert(self.folder / "study.yaml", check=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"study\.json:\d+.*data\.num_workers = 4 has no effect")
        self.assertIn("data.use_ffcv", done.stdout)
        (self.folder / "study.yaml").write_text("tua: 5\n")
        done = self.convert(self.folder / "study.yaml", check=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn('did you mean "tau"', done.stdout)
