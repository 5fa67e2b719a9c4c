"""summary, diagram, plan, config, variants; mistakes in studies."""
import json
import os

import program


class Reports(program.Studies):
    def test_summary_and_diagram(self):
        text = self.dynvision("summary", "--config", "study.json", "--image", "1x28x28").out
        self.assertIn("DyRCNNx2", text)
        facts = self.dynvision("summary", "--config", "study.json", "--image", "1x28x28", "--json").json()
        self.assertEqual([layer["channels"] for layer in facts["layers"][:2]], [36, 64])
        self.assertTrue(self.dynvision("diagram", "--config", "study.json").out.startswith("<svg"))
        self.dynvision("diagram", "--config", "study.json", "--output", "model.dot")
        self.assertTrue((self.folder / "model.dot").read_text().startswith("digraph"))
        self.assertIn("program.105", self.dynvision("summary", "--image", "3x64", status=2).err)
        self.assertIn("program.106", self.dynvision("diagram", "--output", "a.png", status=2).err)

    def test_the_plan_and_what_it_warns_of(self):
        plan = lambda *words: self.dynvision("plan", "--config", "study.json", "--json", *words).json()
        sound = plan()
        self.assertGreater(sound["forward_flops"], 1e6)
        self.assertGreater(sound["epoch_seconds"], 0)
        self.assertEqual(sound["images_per_epoch"], 96)
        self.assertEqual(sound["warnings"], [])
        short = plan("--t_recurrence", "20")["warnings"]
        self.assertTrue(any(one.startswith("recurrent connections without effect") for one in short), short)
        self.assertIn("no label counts", self.dynvision("plan", "--config", "study.json", "--lossrt", "20", status=2).err)
        self.assertTrue(any("feedforward_only" in one for one in plan("--feedforward_only", "true")["warnings"]))
        self.assertEqual(self.names(), self.before)
        self.assertIn("recurrent connections without effect", self.train("--t_recurrence", "20", "--epochs", "1").err)

    def test_the_configuration_shown_explained_and_checked(self):
        shown = self.dynvision("config", "show", "--config", "study.json", "--tau", "9", "--json").json()
        self.assertEqual(shown["model"]["tau"], 9)
        self.assertIn("study.json:", self.dynvision("config", "show", "--config", "study.json").out)
        told = self.dynvision("config", "explain", "lr", "--config", "study.json", "--lr", "0.5").out
        for part in ("model.learning_rate = 0.5", "--lr (command line)", "study.json:"):
            self.assertIn(part, told)
        self.assertIn("sound", self.dynvision("config", "check", "--config", "study.json").out)
        self.assertIn("properties", self.dynvision("config", "schema").json())
        self.assertIn("--tau", self.dynvision("config", "keys").out.split("\n"))
        self.assertIn("program.104", self.dynvision("config", "explain", status=2).err)
        self.assertIn("config.121", self.dynvision("config", "explain", "taau", status=2).err)

    def test_variants(self):
        listed = self.dynvision("variants", "--json").json()
        self.assertIn("DyRCNNx2<>", listed["built_in"])
        other = self.dynvision("variants", "--json", "--model_name", "DyRCNNx2", "--rctype", "local", "--solver", "rk4").json()
        self.assertFalse(other["is_built_in"])
        self.assertTrue(other["nearest"])


class Mistakes(program.Studies):
    def mistake(self, text, *words, status=2, name="wrong.json"):
        (self.folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.dynvision("train", "--config", "study.json", name, *words, status=status).err

    def test_files_that_are_wrong(self):
        self.assertRegex(self.mistake('{\n "tau": 5,\n "lr" 3}'), r"wrong\.json:3:\d+")
        self.assertIn('did you mean "tau"', self.mistake('{"taau": 5}'))
        self.assertIn("config.122", self.mistake('{"tau": "long"}'))
        self.assertIn("config.123", self.mistake('{"tau": -5}'))
        self.assertIn("config.111", self.mistake('{"include": "none.json"}'))
        self.assertIn("config.117", self.mistake('{"include": "wrong.json"}'))
        self.assertIn("config.112", self.mistake(b'{"tau": 5, "data_name": "\xff"}'))
        both = self.mistake('{"taau": 5,\n "lr": "high"}', "--epchs", "3")
        self.assertIn("config.101", both)
        for part in ("wrong.json:1", "wrong.json:2", "--epchs"):
            self.assertIn(part, both)
        self.assertEqual([name for name in self.names() if name.startswith("runs")], [])

    def test_data_that_are_wrong(self):
        self.assertIn("data.162", self.train("--data_name", "imagenete", "--data_path", "", status=1).err)
        self.assertIn("data.121", self.train("--data_path", "none", status=1).err)
        self.assertIn("data.163", self.train("--validation_images", "112", status=1).err)
        self.assertIn("data.164", self.train("--images", "100000", status=1).err)
        self.assertIn("data.156", self.train("--data_group", "3,eleven", status=1).err)
        self.assertIn("config.153", self.train("--n_classes", "3", status=2).err)
        self.assertIn("config.148", self.train("--input_dims", "[3,8,8]", status=2).err)
        self.assertEqual(self.names(), self.before)

    def test_a_folder_that_cannot_be_written_to(self):
        (self.folder / "file").touch()
        self.assertIn("records.132", self.train("--runs", "file/runs", status=1).err)

    def test_a_disk_that_is_full(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        self.train("--epochs", "1")
        full = self.dynvision("predict", "runs/latest", "images/t10k-images-idx3-ubyte", "--output", "/dev/full", status=1)
        self.assertRegex(full.err, r"dynvision\.io\.\d+")

    def test_models_that_are_wrong(self):
        self.assertIn('did you mean "DyRCNNx2"', self.train("--model_name", "DyRCNNx3", status=None).err)
        self.assertIn("program.109", self.train("--model", "my_areas", status=2).err)
        weights = self.dynvision("test", "--config", "study.json", "--weights", "none.pt", "--output", "o", status=1)
        self.assertIn("none.pt", weights.err)
