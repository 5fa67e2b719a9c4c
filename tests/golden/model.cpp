// Every golden file of a DyRCNN model, on both paths.
#include "judgement.hpp"
#include "model_file.hpp"

using namespace golden;

namespace {

void on_both_paths(std::filesystem::path const& path) {
  for (Path const way : {Path::unroll, Path::compiled}) {
    report(judge(path, way == Path::unroll ? "unroll" : "compiled",
                 [&](File const& file, at::ScalarType dtype, Check& check) { model_file(file, dtype, check, way); }));
  }
}

}  // namespace

TEST_CASE("DyRCNN models equal the golden numbers", "[golden]") {
  for (auto const& path : files("model")) {
    DYNAMIC_SECTION(path.stem().string()) {
      Json const config = File(path).config;
      auto const cls = config.value("cls", std::string());
      CAPTURE(cls);
      REQUIRE(cls.starts_with("DyRCNN"));
      if (!config.contains("steps")) on_both_paths(path);  // else training.cpp
    }
  }
}

TEST_CASE("DyRCNN models equal the numbers of a stand-in for the original", "[golden]") {
  for (auto const& path : files("stand_in")) {
    DYNAMIC_SECTION(path.stem().string()) { on_both_paths(path); }
  }
}
