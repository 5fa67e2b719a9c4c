// The pages of the models show what the models are: pictures and tables in docs/models are those of today's types.
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/resnet.hpp>

#include "comma_locale.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace dynvision;

namespace {

std::string read(std::filesystem::path const& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

template <class Model>
void same(std::filesystem::path const& folder, std::string const& name, std::string const& page, Model model,
          std::array<int, 3> image) {
  INFO("out of date: run examples/08_reference_models with the folder docs/models as argument, and copy the tables");
  CAPTURE(name);
  Facts const facts = facts_of(model, image);
  CHECK((read(folder / (name + ".svg")) == diagram(facts).svg));
  CHECK((read(folder / (page + ".md")).find("```\n" + summary(facts) + "```\n") != std::string::npos));
}

}  // namespace

TEST_CASE("pictures and tables of the pages are those of the models", "[analysis]") {
  char const* const golden = std::getenv("DYNVISION_GOLDEN");
  std::filesystem::path const folder = std::filesystem::path(golden == nullptr ? "" : golden) / "../../docs/models";
  if (!std::filesystem::is_directory(folder)) SKIP("no docs/models beside the folder of DYNVISION_GOLDEN");
  same(folder, "dyrcnn_x4", "dyrcnn", DyRCNNx4<Full, Feedback<>>(), {3, 64, 64});
  same(folder, "cornet_rt", "cornet_rt", CorNetRT<>(), {3, 224, 224});
  same(folder, "resnet20", "resnet", ResNet20<>(), {3, 32, 32});
}

TEST_CASE("pictures and tables do not depend on the locale", "[analysis][locale]") {
  DyRCNNx4<Full, Feedback<>> model({.dt = 0.5, .t_recurrence = 1.5});
  Facts const facts = facts_of(model, {3, 63, 65});
  std::string const svg = diagram(facts).svg, table = summary(facts);
  REQUIRE(table.find("dt 0.5 ms") != std::string::npos);
  CommaLocale const comma;
  CHECK((diagram(facts).svg == svg));
  CHECK((summary(facts) == table));
}
