"""The interactive page, opened in headless Chromium: what it draws, hover, switches, download; and that it fetches nothing."""
import html
import json
import os
import re
import shutil
import subprocess
import unittest

import drawn
import fixture
from dynvision_figures import __main__ as program

CHROMIUM = os.environ.get("DYNVISION_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = "chromium is not installed: cmake/install_dependencies.sh check installs it, DYNVISION_CHROMIUM names another"

# Uses the page as a reader does, and leaves what happened in the document.
USER = """
const report = {};
const changed = (id, value) => { const s = document.getElementById(id); s.value = value; s.onchange(); };
const point = (panel, curve, step) => { const plot = plots[panel], c = plot.curves[curve], { x, y } = scales(plot), box = plot.canvas.getBoundingClientRect();
  return { clientX: box.left + x(c.t0 + step * c.dt), clientY: box.top + y(c.mean[step]) }; };
const toggle = (axis, value) => [...document.querySelectorAll("#switches label")].find(l => l.dataset.axis === axis && l.dataset.value === value).click();
const view = () => [document.querySelectorAll("canvas").length, +document.documentElement.dataset.curves, +document.documentElement.dataset.points];
report.start = view();
report.inked = [...document.querySelectorAll("canvas")].map(c => c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some(v => v > 0));
plots[0].canvas.dispatchEvent(new MouseEvent("mousemove", point(0, 0, 6)));
report.tip = tip.style.display + "|" + tip.textContent;
plots[0].canvas.dispatchEvent(new MouseEvent("mousemove", { clientX: -100, clientY: -100 }));
report.no_tip = tip.style.display;
toggle("layer", "V4"); report.without_v4 = view();
toggle("model", "self"); report.without_self = view();
toggle("value", "20"); report.without_20 = view();
let saved; URL.createObjectURL = blob => { saved = blob; return "data:,"; };
HTMLAnchorElement.prototype.click = function () { report.file = this.download; };
document.getElementById("download").click();
toggle("value", "20"); toggle("model", "self"); toggle("layer", "V4"); report.again = view();
changed("quantity", "accuracy"); report.accuracy = view();
changed("by", "value");
report.swatches = [...document.querySelectorAll("#switches .swatch")].length;
saved.text().then(text => { report.csv = text; document.body.dataset.report = JSON.stringify(report); });
"""


def opened(path, script="", clock=()):
    """The document after Chromium has run it, and what Chromium says. With --virtual-time-budget time goes on only where nothing is done."""
    page = path.with_name("used." + path.name)
    page.write_text(path.read_text(encoding="utf-8").replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    # Whatever name is asked for, there is no network.
    done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
                           f"--user-data-dir={path.parent / 'profile'}", "--window-size=1200,900", *clock, "--enable-logging=stderr",
                           "--dump-dom", page.as_uri()], text=True, capture_output=True, timeout=120)
    return done.stdout, done.stderr


class Page(unittest.TestCase):
    def write(self, name, *options, tables=None):
        out = drawn.folder() / "html"
        self.assertEqual(program.main([name, str(tables or drawn.folder() / "tables"), "--out", str(out), "--html", *options]), 0)
        return out / f"{name}.html"

    def duration(self):
        drawn.tables()
        kept = [row for row in drawn.rows_of("traces") if row["experiment"] == "duration"]
        fixture.write(drawn.folder() / "only_duration", "traces", kept) if not (drawn.folder() / "only_duration").exists() else None
        return self.write("duration", tables=drawn.folder() / "only_duration")

    def test_one_file_without_a_network(self):
        text = self.duration().read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"""(?:src|href)=|https?://|url\(|@import|\bfetch\b|XMLHttpRequest|WebSocket""", text), [])
        self.assertIn("default-src 'none'", text)

    def test_words_of_tables_are_text(self):
        """A name of a layer that looks like a script is a name."""
        rows = [row for row in drawn.rows_of("traces") if row["experiment"] == "duration" and row["layer"] == "V1"]
        for row in rows:
            row["layer"] = "</script><script>document.title='run'</script>"
        fixture.write(drawn.folder() / "words", "traces", rows)
        text = self.write("duration", tables=drawn.folder() / "words").read_text(encoding="utf-8")
        self.assertEqual(text.count("<script"), 2)
        if CHROMIUM:
            document, _ = opened(drawn.folder() / "html/duration.html")
            self.assertNotIn("<title>run", document)
            self.assertIn("data-ready", document)

    @unittest.skipUnless(CHROMIUM, MISSING)
    def test_a_reader(self):
        document, said = opened(self.duration(), USER, ["--virtual-time-budget=5000"])
        self.assertNotIn("CONSOLE", said.replace("CONSOLE(0)", ""), said[-600:])
        found = json.loads(html.unescape(re.search(r'data-report="([^"]*)"', document)[1]))
        self.assertEqual(found["start"], [4, 60, 60 * 30])  # layers, curves: 5 durations of 3 models in 4 layers
        self.assertTrue(all(found["inked"]))
        self.assertTrue(found["tip"].startswith("block|IT, rctype full, stim 1 (2 ms)"), found["tip"])
        expected = sum(float(row["mean"]) for row in drawn.rows_of("traces") if (row["experiment"], row["layer"], row["category_value"], row["parameter_value"],
                       row["quantity"], row["times_index"]) == ("duration", "IT", "full", "1", "response_avg", "6")) / 3
        self.assertIn(f"10.00 ms: {float(f'{expected:.4g}')}", found["tip"])
        self.assertEqual(found["no_tip"], "none")
        self.assertEqual(found["without_v4"][:2], [3, 45])
        self.assertEqual(found["without_self"][:2], [3, 30])
        self.assertEqual(found["without_20"][:2], [3, 24])
        self.assertEqual(found["again"], found["start"])
        self.assertEqual(found["accuracy"][:2], [1, 15])
        self.assertEqual(found["swatches"], 5)
        self.assertEqual(found["file"], "duration.response_avg.csv")
        lines = found["csv"].splitlines()
        self.assertEqual(len(lines), 1 + 24 * 30)
        self.assertFalse([line for line in lines if ",V4," in line or ",self," in line])

    @unittest.skipUnless(CHROMIUM, MISSING)
    def test_opens_in_a_second_with_a_hundred_thousand_points(self):
        rows = []
        for value in range(14):
            for d in range(14):
                key = fixture.keys("duration", 7000, str(value), "stim", d + 1, 2.0 * d + 2, category="tau")
                for layer in fixture.LAYERS:
                    for t in range(128):
                        v = (value + 1) * (t % (d + 2)) / 128
                        rows.append(key | {"layer": layer, "times_index": t, "time_ms": 2.0 * t, "shown": int(t < d), "label_valid": 1, "quantity": "response_avg",
                                           "n": 2, "mean": v, "sd": .1, "ci_low": v - .1, "ci_high": v + .1})
        self.assertGreater(len(rows), 1e5)
        fixture.write(drawn.folder() / "many", "traces", rows)
        path = self.write("duration", tables=drawn.folder() / "many")
        times = []
        while len(times) < 4 and min(times, default=1e9) > 1000:  # others may be at work on this machine
            document, _ = opened(path)
            self.assertIn(f'data-points="{len(rows)}"', document)
            times.append(int(re.search(r'data-ready="(\d+)"', document)[1]))
        self.assertGreater(min(times), 0)
        self.assertLessEqual(min(times), 1000, f"{times} ms, {path.stat().st_size / 1e6:.1f} MB")
