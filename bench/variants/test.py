#!/usr/bin/env python3
"""bench.variants and bench.own run, filter and count, and variants.py reads what they write."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

variants, own = sys.argv[1:3]
HERE = Path(__file__).resolve().parent


def run(*words):
    result = subprocess.run(words, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(words)}:\n{result.stdout}{result.stderr}")
    return result.stdout


names = run(variants, "--benchmark_list_tests").split("\n")
for wanted in ("DyRCNNx4<>/compiled/training/batch:16/real_time", "DyRCNNx8<Full, ToMiddle>/unroll/inference/batch:1/real_time",
               "CorNetRT<>/compiled/inference/batch:1/real_time"):
    if wanted not in names:
        sys.exit(f"bench.variants has no benchmark {wanted}")
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "all.json"
    run(variants, "--benchmark_filter=^DyRCNNx2<(Self)?>/(compiled|unroll)/training/batch:1/", "--benchmark_min_time=0.01",
        f"--benchmark_out={file}")
    found = {one["name"]: one for one in json.loads(file.read_text())["benchmarks"]}
    if len(found) != 4:
        sys.exit(f"expected four benchmarks: {sorted(found)}")
    for name, one in found.items():
        if not (one["items_per_second"] > 0 and one["kept_bytes"] > 0 and one["conv_flops"] > 0):
            sys.exit(f"{name}: {one}")
    if "DyRCNNx2<Self>" not in run(sys.executable, str(HERE / "variants.py"), str(file), "--table"):
        sys.exit("variants.py does not list DyRCNNx2<Self>")
call = json.loads(run(variants, "--benchmark_filter=AnyModel/call", "--benchmark_format=json"))["benchmarks"][0]
if call["real_time"] > 1000:  # [ns]
    sys.exit(f"a call through AnyModel takes {call['real_time']} ns")
if "Narrow/compiled" not in run(own, "--benchmark_filter=Narrow/compiled/inference/batch:1/", "--benchmark_min_time=0.01"):
    sys.exit("bench.own does not run")
print("passed")
