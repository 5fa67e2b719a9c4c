"""dynvision as a Conan package: headers and their CMake files.

    conan create . --profile:all cmake/conan-profile-debian12 --no-remote

LibTorch is what Python installs (libtorch=wheel, the default: found as cmake/FindLibTorch.cmake says, or where the
configuration user.dynvision:libtorch_root names it), or another Conan package or platform requirement (libtorch=package).
The library of dynvision::compiled is built where a project first links it, or is part of the package (compiled=True).
Boost's headers are for the component variants and for configurations (variants=False: without both).
"""
import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import load

required_conan_version = ">=2.4"


class DynvisionConan(ConanFile):
    name = "dynvision"
    description = "Recurrent convolutional networks in continuous time: header-only C++20 on LibTorch"
    license = "MIT"
    topics = ("neural networks", "computational neuroscience", "libtorch", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"libtorch": ["wheel", "package"], "compiled": [True, False], "variants": [True, False]}
    default_options = {"libtorch": "wheel", "compiled": False, "variants": True}
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "configs/*", "include/*", "src/*", "tools/*"
    no_copy_source = True

    def set_version(self):
        import re
        cmake = load(self, os.path.join(self.recipe_folder, "CMakeLists.txt"))
        self.version = re.search(r"project\(dynvision VERSION ([\d.]+)", cmake)[1]

    def export(self):
        # set_version() and requirements() read them again where the recipe is used
        from conan.tools.files import copy
        for read_again in ("CMakeLists.txt", "cmake/libtorch_versions.cmake"):
            copy(self, read_again, self.recipe_folder, self.export_folder)

    def _libtorch_range(self):
        import re
        line = load(self, os.path.join(self.recipe_folder, "cmake/libtorch_versions.cmake"))
        oldest, major, minor = re.search(r"set\(DYNVISION_LIBTORCH_VERSIONS ([\d.]+) (\d+)\.(\d+) ", line).groups()
        return f">={oldest} <{major}.{int(minor) + 1}"

    def configure(self):
        if self.options.compiled:
            self.package_type = "static-library"

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("eigen/[>=3.4 <4]")
        self.requires("spectra/[>=1.0 <2]")
        self.requires("nlohmann_json/[>=3.10 <4]")
        self.requires("zlib/[>=1.2.11 <2]")
        if self.options.variants:
            self.requires("boost/[>=1.74 <2]", options={"header_only": True}, transitive_headers=True)
        if self.options.libtorch == "package":
            self.requires(f"libtorch/[{self._libtorch_range()}]")

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for name in ("DYNVISION_TESTS", "DYNVISION_EXAMPLES", "DYNVISION_BENCH"):
            toolchain.cache_variables[name] = False
        toolchain.cache_variables["DYNVISION_COMPILED"] = bool(self.options.compiled)
        root = self.conf.get("user.dynvision:libtorch_root")
        if root:
            toolchain.cache_variables["LibTorch_ROOT"] = root
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        if self.options.compiled:
            cmake.build()

    def package(self):
        CMake(self).install()

    def package_id(self):
        if not self.info.options.compiled:
            self.info.clear()

    def package_info(self):
        # The installed dynvisionConfig.cmake is used as it is, in and out of Conan.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("share", "cmake", "dynvision")]
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
