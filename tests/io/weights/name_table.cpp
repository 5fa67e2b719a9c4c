// covers: io/weights/published_names.hpp
// covers: io/weights/renaming.hpp
// covers: io/weights/trainable.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/io/weights/published_names.hpp>
#include <dynvision/io/weights/renaming.hpp>
#include <dynvision/io/weights/trainable.hpp>

#include "io/failure.hpp"
#include "io/golden.hpp"
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

using namespace dynvision;

TEST_CASE("patterns", "[io][names]") {
  CHECK(matches_pattern("a.b", "a.b"));
  CHECK_FALSE(matches_pattern("a.b", "a.bc"));
  CHECK(matches_pattern("*", ""));
  CHECK(matches_pattern("classifier.*", "classifier.2.weight"));
  CHECK(matches_pattern("*.recurrence.*", "V1.recurrence.conv.weight"));
  CHECK(matches_pattern("*a*b*a", "aba"));
  CHECK(matches_pattern("*ab", "aab"));
  CHECK_FALSE(matches_pattern("*ab", "aba"));
  CHECK_FALSE(matches_pattern("", "a"));
  CHECK_FALSE(matches_pattern(std::string(30, '*') + "b", std::string(10'000, 'a')));
}

TEST_CASE("rules replace the leading part, the longest first", "[io][names]") {
  NameTable const table{"", {{"a", "x"}, {"a.b", "y.z"}, {"gone", ""}, {"whole.name", "other"}}, {}};
  CHECK(table("a.c") == "x.c");
  CHECK(table("a") == "x");
  CHECK(table("a.b.c") == "y.z.c");
  CHECK(table("a.bc") == "x.bc");
  CHECK(table("ab") == "ab");
  CHECK(table("gone.weight") == std::nullopt);
  CHECK(table("whole.name") == "other");
  CHECK(table("q.weight_g") == "q.parametrizations.weight.original0");
  CHECK(table("a.weight_v") == "x.parametrizations.weight.original1");
}

TEST_CASE("what wraps all names goes", "[io][names]") {
  auto const names = [](std::vector<std::string> const& given) {
    TensorMap map, renamed;
    for (std::string const& name : given) map.insert(name, zeros({1}));
    std::vector<std::string> result;
    for (auto const& entry : renamed_weights(map, NameTable{}, {}, "file").weights) result.push_back(entry.first);
    return result;
  };
  using Names = std::vector<std::string>;
  CHECK(names({"module.a", "module.b"}) == Names{"a", "b"});
  CHECK(names({"model.module.a", "model.module.b"}) == Names{"a", "b"});
  CHECK(names({"_orig_mod.module.a"}) == Names{"a"});
  CHECK(names({"module.a", "b"}) == Names{"module.a", "b"});
  CHECK(names({}).empty());
  TensorMap const two({{"a.w", zeros({1})}, {"b.w", zeros({1})}});
  CHECK(failure([&] { renamed_weights(two, NameTable{"", {{"a", "b"}}, {}}, {}, "file"); }) == "io.183");
  CHECK(renamed_weights(two, NameTable{"", {{"a", ""}}, {}}, {}, "file").ignored == Names{"a.w"});
}

TEST_CASE("the tables turn the originals' names into ours", "[io][names]") {
  CHECK(names::cornet_rt()("V4.norm1.bias") == "norm_V4.bias");
  CHECK(names::cornet_rt()("decoder.linear.weight") == "classifier.2.weight");
  CHECK(names::cordsnet()("area_conv.7.parametrizations.weight.original1") ==
        "layer8.recurrence.conv.parametrizations.weight.original1");
  CHECK(names::cordsnet()("conv_bias.0") == "addbias_layer1.bias");
  CHECK(names::cordsnet()("skip_area.2.weight_g") == "addskip_layer8.conv.parametrizations.weight.original0");
  CHECK(names::torchvision_alexnet()("features.10.bias") == "layer5.conv.bias");
  CHECK(names::cifar_resnet()("layer2.0.shortcut.0.weight") == "layer2.0.skip.0.weight");
  CHECK(names::cifar_resnet()("linear.bias") == "classifier.bias");
}

// The reference files of the originals have gradients under the originals' names: translated, they must be those of ours.
TEST_CASE("the tables cover the reference files", "[io][names][golden]") {
  struct Pair {
    std::string original, ours;
    NameTable table;
  };
  for (Pair const& pair : {Pair{"cornet_rt_original", "cornet_rt", names::cornet_rt()},
                           Pair{"cordsnet_original", "cordsnet", names::cordsnet()},
                           Pair{"alexnet_torchvision", "alexnet", names::torchvision_alexnet()}}) {
    TensorMap const original = golden("reference/" + pair.original + ".safetensors");
    TensorMap const ours = golden("reference/" + pair.ours + ".safetensors");
    std::set<std::string> known;
    auto const config = nlohmann::json::parse(ours.metadata.at("config"));
    for (auto const& parameter : config["params"]) known.insert(parameter["name"].get<std::string>());
    std::set<std::string> reached;
    for (auto const& [name, tensor] : original) {
      for (std::string const prefix : {"grad.", "grad_stats."}) {
        if (!name.starts_with(prefix) || name == prefix + "x") continue;
        auto const translated = pair.table(name.substr(prefix.size()));
        REQUIRE(translated);
        INFO(name << " -> " << *translated);
        CHECK(known.contains(*translated));
        CHECK(reached.insert(*translated).second);
      }
    }
    for (std::string const& name : known) {
      bool by_design = reached.contains(name);
      for (std::string const& pattern : pair.table.without) by_design = by_design || matches_pattern(pattern, name);
      INFO(name);
      CHECK(by_design);
    }
  }
}

TEST_CASE("only what matches is trained", "[io][names]") {
  auto const learned = [] { return zeros({1}).set_requires_grad(true); };
  Parameters const parameters{
      {"V1.conv.weight", learned()}, {"classifier.2.weight", learned()}, {"tau", zeros({1}), false}};
  train_only(parameters, {"classifier.*", "tau"});
  CHECK_FALSE(parameters[0].tensor.requires_grad());
  CHECK(parameters[1].tensor.requires_grad());
  CHECK_FALSE(parameters[2].tensor.requires_grad());
  train_only(parameters, {"*"});
  CHECK(parameters[0].tensor.requires_grad());
  CHECK(failure([&] { train_only(parameters, {"clasifier.2.weight"}); }) == "io.186");
  CHECK(message([&] { train_only(parameters, {"clasifier.2.weight"}); }).find("did you mean") != std::string::npos);
}
