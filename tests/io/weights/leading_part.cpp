#include <dynvision/core/ops.hpp>
#include <dynvision/io/weights/leading_part.hpp>
#include <dynvision/io/weights/renaming.hpp>

#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace dynvision;

namespace {

using Names = std::vector<std::string>;

Parameters const model{{"V1.conv.weight", zeros({1})}, {"V1.conv.bias", zeros({1})}, {"fc.weight", zeros({1})}};

TensorMap tensors(Names const& names) {
  TensorMap map;
  for (std::string const& name : names) map.insert(name, zeros({1}));
  return map;
}
// All of the model's names after `part`.
Names after(std::string const& part, Names const& more = {}) {
  Names all;
  for (Parameter const& p : model) all.push_back(part + p.name);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
std::string found(Names const& names) { return leading_part(tensors(names), FittingNames({}, model)).text; }

}  // namespace

TEST_CASE("the leading part under which a model lies", "[io][names]") {
  CHECK(found(after("")).empty());
  CHECK(found(after("", {"module.V1.conv.weight", "module.fc.weight"})).empty());
  for (std::string const part : {"module.", "model.", "_orig_mod.", "module._orig_mod.", "model.module.",
                                 "net.backbone.", "student.", "weights/", "0."}) {
    CHECK(found(after(part)) == part);
    CHECK(found(after(part, {"criterion.weight", "epoch", "a.b.c.d.e.f.g.h.i.j.k.l"})) == part);
  }
  // A usual wrapper comes first; without one the choice is the caller's.
  Names both = after("model.");
  for (std::string const& name : after("ema_model.")) both.push_back(name);
  CHECK(found(both) == "model.");
  Names two = after("student.");
  for (std::string const& name : after("teacher.")) two.push_back(name);
  CHECK(found(two).empty());
  CHECK(leading_part(tensors(two), FittingNames({}, model)).equal == Names{"student.", "teacher."});
  // One name of three is an accident, two are not; after a usual wrapper one is enough.
  CHECK(found({"a.fc.weight", "b.c"}).empty());
  CHECK(found({"a.fc.weight", "a.V1.conv.bias", "b.c"}) == "a.");
  CHECK(found({"module.fc.weight", "b.c"}) == "module.");
  // Where nothing fits: what wraps all names.
  CHECK(found({"module.a", "module.b"}) == "module.");
  CHECK(found({"module.model.a", "module.b"}) == "module.");
  CHECK(found({"module.a", "b"}).empty());
  CHECK(found({}).empty());
  CHECK(found({""}).empty());
  // Deep names cost no more than their first parts.
  CHECK(found({std::string(100'000, '.')}).empty());
}

TEST_CASE("what wraps parts of a model counts as not there", "[io][names]") {
  auto const renamed = [](Names const& names) {
    Names result;
    for (auto const& entry : renamed_weights(tensors(names), {}, model, "file").weights) result.push_back(entry.first);
    return result;
  };
  CHECK(renamed({"V1._orig_mod.conv.weight", "V1.module.conv.bias", "fc._checkpoint_wrapped_module.weight"}) ==
        after(""));
  CHECK(renamed({"module.V1._fsdp_wrapped_module._orig_mod.conv.weight", "module.V1.conv.bias", "module.fc.weight"}) ==
        after(""));
  CHECK(renamed({"V2.module.x", "fc.weight"}) == Names{"V2.module.x", "fc.weight"});
}

TEST_CASE("what lies outside of the model is ignored where the model is complete", "[io][names]") {
  RenamedWeights const whole = renamed_weights(tensors(after("model.", {"criterion.weight"})), {}, model, "file");
  CHECK(whole.leading_part == "model.");
  CHECK(whole.weights.size() == 3);
  CHECK(whole.ignored == Names{"criterion.weight"});
  RenamedWeights const part =
      renamed_weights(tensors({"model.V1.conv.weight", "model.fc.weight", "criterion.weight"}), {}, model, "file");
  CHECK(part.weights.contains("criterion.weight"));
  CHECK(part.ignored.empty());
  NameTable const without{"", {}, {"*.bias"}};
  CHECK(
      renamed_weights(tensors({"model.V1.conv.weight", "model.fc.weight", "criterion.weight"}), without, model, "file")
          .ignored == Names{"criterion.weight"});
}

TEST_CASE("a leading part that the caller names", "[io][names]") {
  Names two = after("student.");
  for (std::string const& name : after("teacher.")) two.push_back(name);
  RenamedWeights const teacher = renamed_weights(tensors(two), {}, model, "file", "teacher.");
  CHECK(teacher.weights.size() == 3);
  CHECK(teacher.ignored.size() == 3);
  CHECK(failure([&] { renamed_weights(tensors(two), {}, model, "file", "pupil."); }) == "io.187");
}
