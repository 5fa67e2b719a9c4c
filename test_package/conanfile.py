import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout


class DynvisionTest(ConanFile):
    settings = "os", "arch", "compiler", "build_type"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        package = self.dependencies["dynvision"].package_folder
        compiled = self.dependencies["dynvision"].options.compiled
        toolchain.cache_variables["DYNVISION_FORM"] = "compiled" if compiled else "dynvision"
        toolchain.cache_variables["dynvision_DIR"] = os.path.join(package, "share", "cmake", "dynvision")
        root = self.conf.get("user.dynvision:libtorch_root")
        if root:
            toolchain.cache_variables["LibTorch_ROOT"] = root
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        if can_run(self):
            self.run(os.path.join(self.cpp.build.bindir, "user"), env="conanrun")
