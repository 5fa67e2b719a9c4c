"""Help, mistakes on the command line, completion, doctor, convert."""
import json
import struct
import subprocess

import program

COMMANDS = ["doctor", "convert", "completion"]


def safetensors(path, tensors):
    header, data = {}, b""
    for name, (shape, numbers) in tensors.items():
        start = len(data)
        data += struct.pack(f"<{len(numbers)}f", *numbers)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class Help(program.Case):
    def test_every_command_says_what_it_is_for_with_examples(self):
        overview = self.dynvision("--help").out
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", overview)
            text = self.dynvision(command, "--help").out
            self.assertIn("Examples:", text)
            self.assertIn(f"dynvision {command}", text)
        self.assertRegex(self.dynvision("--version").out, r"^dynvision \d+\.\d+")

    def test_without_a_command_the_help_comes_and_it_is_a_mistake(self):
        self.assertIn("usage: dynvision COMMAND", self.dynvision(status=2).err)

    def test_a_mistake_names_what_is_nearest(self):
        self.assertIn('did you mean "doctor"?', self.dynvision("dctor", status=2).err)
        self.assertIn('did you mean "--json"?', self.dynvision("doctor", "--jsn", status=2).err)
        self.assertIn("program.102", self.dynvision("convert", status=2).err)
        self.assertIn('did you mean "bash"?', self.dynvision("completion", "bsh", status=2).err)

    def test_errors_are_json_where_it_is_asked_for(self):
        outcome = self.dynvision("convert", "none.pt", "out.npz", "--json", status=1)
        self.assertEqual(outcome.json()["status"], 1)
        self.assertIn("none.pt", outcome.json()["error"])


class Completion(program.Case):
    def complete(self, *words):
        line = " ".join(f"'{word}'" for word in ("dynvision", *words))
        script = f"""source <("{program.PROGRAM}" completion bash)
            dynvision() {{ "{program.PROGRAM}" "$@"; }}
            COMP_WORDS=({line}); COMP_CWORD={len(words)}; _dynvision; printf '%s\\n' "${{COMPREPLY[@]}}" """
        done = subprocess.run(["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands_and_options(self):
        self.assertEqual(self.complete("doc"), ["doctor"])
        self.assertEqual(self.complete("doctor", "--j"), ["--json"])
        self.assertEqual(self.complete("completion", "ba"), ["bash"])

    def test_files(self):
        (self.folder / "weights.pt").touch()
        self.assertEqual(self.complete("convert", "wei"), ["weights.pt"])


class Doctor(program.Case):
    def findings(self, *words, status=0):
        return {one["about"]: one for one in self.dynvision("doctor", "--json", *words, status=status).json()["findings"]}

    def test_it_looks_at_what_a_training_needs(self):
        found = self.findings()
        for about in ("compiler", "LibTorch", "devices", "threads", "memory", "data", "runs", "cache of variants"):
            self.assertIn(about, found)
            self.assertTrue(found[about]["state"] == "ok" or found[about]["todo"], about)
        text = self.dynvision("doctor").out
        self.assertIn("LibTorch", text)
        self.assertEqual(self.names(), [])

    def test_a_folder_that_cannot_be_written_to(self):
        (self.folder / "file").touch()
        found = self.findings("--runs", "file/runs", status=1)
        self.assertEqual(found["runs"]["state"], "bad")

    def test_a_cache_that_others_may_write_to(self):
        cache = self.folder / ".cache/dynvision"
        cache.mkdir(parents=True)
        cache.chmod(0o777)
        self.assertEqual(self.findings(status=1)["cache of variants"]["state"], "bad")


class Figure(program.Case):
    def test_it_says_what_it_needs(self):
        self.environment["DYNVISION_PYTHON"] = "/bin/false"
        told = self.dynvision("figure", "list", status=1).err
        for word in ("program.190", "Matplotlib", "/bin/false"):
            self.assertIn(word, told)

    def test_what_is_said_is_the_packages(self):
        tried = self.dynvision("figure", "none", "nowhere", status=None)
        if "program.190" in tried.err:
            self.skipTest("no Python with Matplotlib")
        self.assertEqual((tried.status, tried.err), (2, "figures: nowhere: no such file or folder\n"))
        self.assertIn("duration", self.dynvision("figure", "list").out)
        self.assertIn("usage: dynvision figure", self.dynvision("figure", "--help").out)


class Convert(program.Case):
    def setUp(self):
        super().setUp()
        self.weights = {"module.fc.weight": ([2, 3], list(range(6))), "module.fc.bias": ([2], [0.5, -1]),
                        "criterion.weight": ([1], [7])}
        safetensors(self.folder / "weights.safetensors", self.weights)

    def test_there_and_back_through_every_format(self):
        self.dynvision("convert", "weights.safetensors", "a.pt", "a.pth", "a.npz")
        for ending in ("pt", "pth", "npz"):
            self.dynvision("convert", f"a.{ending}", f"{ending}.safetensors", "--key", "." if ending != "npz" else "")
            there, back = ((self.folder / name).read_bytes() for name in ("weights.safetensors", f"{ending}.safetensors"))
            self.assertEqual(sorted(there[-36:]), sorted(back[-36:]), ending)

    def test_names_by_a_table(self):
        (self.folder / "table.json").write_text('{"fc": "classifier.2"} // of the old network')
        words = ("convert", "weights.safetensors", "new.safetensors", "--names", "table.json", "--leading-part", "module.")
        said = self.dynvision(*words, "--dry-run", "--json").json()
        self.assertEqual([one["name"] for one in said["tensors"]], ["classifier.2.weight", "classifier.2.bias"])
        self.assertEqual(said["ignored"], ["criterion.weight"])
        self.assertFalse((self.folder / "new.safetensors").exists())
        self.assertIn("was module.fc.weight", self.dynvision(*words).out)
        back = self.dynvision("convert", "new.safetensors", "old.safetensors", "--names", "table.json", "--inverse", "--json")
        self.assertEqual([one["name"] for one in back.json()["tensors"]], ["fc.weight", "fc.bias"])

    def test_mistakes(self):
        convert = lambda *words, status: self.dynvision("convert", "weights.safetensors", *words, status=status).err
        self.assertIn("program.113", convert("out.bin", status=2))
        self.assertIn('did you mean "cornet_rt"', convert("out.pt", "--names", "cornetrt", status=2))
        (self.folder / "table.json").write_text('{"fc": 3}')
        self.assertIn("program.112", convert("out.pt", "--names", "table.json", status=2))
        self.assertIn("program.125", convert("out.pt", "--leading-part", "none.", status=1))
        (self.folder / "table.json").write_text('{"module.fc.weight": "w", "module.fc.bias": "w"}')
        self.assertIn("program.124", convert("out.pt", "--names", "table.json", status=1))
        self.assertFalse((self.folder / "out.pt").exists())
