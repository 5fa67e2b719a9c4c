// Plans of the shipped experiments against the counts that are known of each: measures/plan.safetensors, exactly.
#include <dynvision/config/experiments/read_experiments.hpp>
#include <dynvision/config/layers/shipped.hpp>
#include <dynvision/config/tree/read.hpp>
#include <dynvision/experiments/plan/plan.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>

using namespace dynvision;
using namespace dynvision::config;

namespace {

experiments::Plan plan_by_name(Value const& all, std::string const& given) {
  bool const plus = given == "intervalplus";  // with the single pulse that is always added to it
  Problems problems;
  auto const read = read_experiments(all, plus ? "interval" : given, 2, problems, plus);
  problems.require_none();
  return experiments::plan_of(experiments::conditions_of(read), {.dt = 2});
}

}  // namespace

TEST_CASE("Every shipped experiment has the plan that is known of it", "[config][experiments][plan]") {
  char const* const golden = std::getenv("DYNVISION_GOLDEN");
  if (golden == nullptr) SKIP("DYNVISION_GOLDEN is not set");
  std::filesystem::path const file = std::filesystem::path(golden) / "measures/plan.safetensors";
  if (!std::filesystem::exists(file)) SKIP("no " << file);
  TensorMap const known = read_safetensors(file);
  Problems problems;
  std::vector<Document> const documents = read_file(*shipped_folder() / "experiments.json", problems, {});
  Value const& all = *documents.at(0).root.find("experiments");
  auto const names = nlohmann::json::parse(known.metadata.at("config"))["experiments"];
  REQUIRE(names.size() > 0);
  for (std::size_t i = 0; i < names.size(); ++i) {
    experiments::Plan const plan = plan_by_name(all, names[i].get<std::string>());
    INFO(names[i]);
    auto const of = [&](char const* key) {
      return static_cast<std::size_t>(known[key].const_data_ptr<std::int64_t>()[i]);
    };
    CHECK(plan.conditions.size() == of("conditions"));
    CHECK(plan.steps() == of("steps"));
    CHECK(plan.nodes() == of("nodes"));
    CHECK(plan.image_nodes() == of("image_nodes"));
  }
}
