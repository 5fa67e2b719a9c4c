// The tests of golden files, tested: an error in float32 is told from a kink, and nothing in a file is passed over.
#include "judgement.hpp"

#include "edited_file.hpp"
#include "io/temporary_folder.hpp"
#include "model_file.hpp"

using namespace golden;

namespace {

// q = 5 relu(x0 + x1 + x2) + x0^2, with x0 + x1 + x2 = 1e-8: nothing is left of it in float32, so that the gradient loses
// what the ReLU hands on. `slope`: another gradient in float32, that of an error.
void kinked(File const& file, at::ScalarType dtype, Check& check, double slope) {
  Tensor const x = file.leaf("x", dtype), others = file.leaf("others", dtype);
  auto const element = [&](std::int64_t i) { return x.select(0, i); };
  Tensor const u = element(0).add(element(1)).add(element(2));
  Tensor const factor = full({}, dtype == at::kFloat ? slope : 1.0, x.options());
  Tensor const q = u.relu().mul(5).add(others.square().sum().mul(factor.detach()));
  check.same("q", q.detach());
  q.backward();
  check.gradient("x", x);
  check.gradient("others", others);
}

std::filesystem::path kinked_file(std::filesystem::path const& path) {
  Edited file;
  file.config = {{"kind", "made"}};
  auto const row = [](std::vector<double> const& values) {
    Tensor made = dynvision::zeros({static_cast<std::int64_t>(values.size())}, at::kDouble);
    for (std::size_t i = 0; i < values.size(); ++i) made.select(0, static_cast<std::int64_t>(i)).fill_(values[i]);
    return made;
  };
  double const small = static_cast<float>(1e-8);
  file.tensors["x"] = row({1, small, -1}).to(at::kFloat);
  file.tensors["others"] = row({0.25, 0.5, -1}).to(at::kFloat);
  file.tensors["q"] = row({5 * small + 0.0625 + 0.25 + 1}).select(0, 0);
  file.tensors["grad.x"] = row({5, 5, 5});
  file.tensors["grad.others"] = row({0.5, 1, -2});
  return file.write(path);
}

Judgement of_model(std::filesystem::path const& path) {
  return judge(path, "",
               [](File const& it, at::ScalarType dtype, Check& check) { model_file(it, dtype, check, Path::unroll); });
}
bool mentions(Judgement const& judgement, std::string const& what) {
  return std::any_of(judgement.problems.begin(), judgement.problems.end(),
                     [&](std::string const& problem) { return problem.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("a kink is told from an error", "[golden][judgement]") {
  TemporaryFolder const place;
  auto const path = kinked_file(place / "kinked.safetensors");
  auto const with = [&](double slope) {
    return judge(path, "",
                 [&](File const& file, at::ScalarType dtype, Check& check) { kinked(file, dtype, check, slope); });
  };
  Judgement const right = with(1);
  CAPTURE(right.problems, right.notes);
  CHECK(right.problems.empty());
  CHECK(right.kinks == 1);
  CHECK(right.excused == 1);
  for (double const slope : {1.001, 0.999, 0.0, 2.0}) {  // the kink is there too
    CAPTURE(slope);
    CHECK(mentions(with(slope), "grad.others"));
  }
}

TEST_CASE("a number that rounding moves may be apart, by as much", "[golden][judgement]") {
  TemporaryFolder const place;
  Edited file;  // y = (x0 - x1) 1e4: what is left in float32 is the last digits
  file.config = {{"kind", "made"}};
  Tensor const x = dynvision::full({2}, 1, at::kFloat);
  x.select(0, 1).fill_(1.0 / 3);
  file.tensors["x"] = x;
  Tensor const third = x.to(at::kDouble).select(0, 1);
  file.tensors["y"] = third.mul(3).sub(1).mul(1e4).add(1);
  auto const path = file.write(place / "steep.safetensors");
  auto const with = [&](double factor) {
    return judge(path, "", [&](File const& it, at::ScalarType dtype, Check& check) {
      Tensor const given = it.leaf("x", dtype);
      Tensor const y = given.select(0, 1).mul(3).sub(given.select(0, 0)).mul(1e4).add(1);
      check.same("y", dtype == at::kFloat ? y.mul(factor) : y);
    });
  };
  Judgement const right = with(1);
  CAPTURE(right.problems, right.notes);
  CHECK(right.problems.empty());
  CHECK(right.excused == 1);
  CHECK(right.kinks == 0);
  CHECK(mentions(with(1.1), "y: error"));
}

TEST_CASE("a wrong number in float64 is never excused", "[golden][judgement]") {
  TemporaryFolder const place;
  Edited file(kinked_file(place / "kinked.safetensors"));
  file.tensors["grad.x"] = file.tensors["grad.x"].mul(1 + 1e-7);
  auto const judgement =
      judge(file.write(place / "other.safetensors"), "",
            [&](File const& it, at::ScalarType dtype, Check& check) { kinked(it, dtype, check, 1); });
  CHECK(mentions(judgement, "Double: grad.x: error"));
  CHECK(mentions(judgement, "Float: grad.x: error"));
}

TEST_CASE("nothing in a file is passed over", "[golden][judgement]") {
  std::filesystem::path const original = folder() / "model/x2_ffonly.safetensors";
  if (!std::filesystem::exists(original)) SKIP("no model/x2_ffonly in this folder");
  TemporaryFolder const place;
  Edited const whole(original);
  auto const with = [&](auto&& change) {
    Edited edited = whole;
    change(edited);
    return of_model(edited.write(place / "edited.safetensors"));
  };
  auto const refused = [&](std::string const& what, auto&& change) {
    Judgement const judgement = with(change);
    CAPTURE(what, judgement.problems);
    CHECK(mentions(judgement, what));
  };
  CHECK(with([](Edited&) {}).problems.empty());
  // entries and options
  refused("\"gamma\"", [](Edited& e) { e.config["ctor"]["gamma"] = 3; });
  refused("\"gamma\"", [](Edited& e) { e.config["gamma"] = 3; });
  refused("\"gamma\"", [](Edited& e) { e.config["derived"]["gamma"] = 3; });
  refused("\"gamma\"", [](Edited& e) { e.config["params"][0]["gamma"] = 3; });
  refused("loss_configs", [](Edited& e) { e.config["ctor"]["loss_configs"] = {{"type", "mse"}}; });
  refused("solver", [](Edited& e) { e.config["solver"] = "heun"; });
  refused("there is no model", [](Edited& e) {
    e.config["ctor"]["recurrence_target"] = "elsewhere";
    e.config["ctor"]["feedforward_only"] = false;
  });
  refused("compute_dtype", [](Edited& e) { e.config["compute_dtype"] = "bfloat16"; });
  refused("format_version", [](Edited& e) { e.config["format_version"] = 2; });
  refused("an order that is not shuffled", [](Edited& e) {
    e.config["ctor"]["data_presentation_pattern"] = "10";
    e.config["ctor"].erase("shuffle_presentation_pattern");
  });
  refused("operations in another order", [](Edited& e) {
    Json& order = e.config["derived"]["layer_operations"];
    std::swap(order[0], order[3]);
    std::swap(order[4], order[5]);
  });
  refused("layer_names", [](Edited& e) { e.config["derived"]["layer_names"] = {"layer2", "layer1"}; });
  refused("delay_index_skip", [](Edited& e) { e.config["derived"]["delay_index_skip"] = 4; });
  refused("n_timesteps", [](Edited& e) { e.config["derived"]["n_timesteps"] = 4; });
  // tensors
  refused("nothing compares with \"more\"", [](Edited& e) { e.tensors["more"] = dynvision::zeros({2}, at::kDouble); });
  refused("nothing compares with \"resp.layer3\"",
          [](Edited& e) { e.tensors["resp.layer3"] = dynvision::zeros({2}, at::kDouble); });
  refused("\"grad.layer7.conv.bias\"",
          [](Edited& e) { e.tensors["grad.layer7.conv.bias"] = dynvision::zeros({2}, at::kDouble); });
  refused("gradient of x: the file has none", [](Edited& e) { e.tensors.erase("grad.x"); });
  refused("gradient of layer1.conv.bias: the file has none",
          [](Edited& e) { e.tensors.erase("grad.layer1.conv.bias"); });
  refused("the file has no response of this layer", [](Edited& e) {
    for (char const* const kind : {"resp", "resp_sample", "resp_l2", "resp_mean", "resp_valid"}) {
      e.tensors.erase(kind + std::string(".layer2"));
    }
  });
  refused("resp_valid.layer2", [](Edited& e) {
    (e.tensors["resp_valid.layer2"] = e.tensors["resp_valid.layer2"].clone()).select(0, 1).fill_(0);
  });
  refused("neither x nor how it is made", [](Edited& e) { e.tensors.erase("x"); });
  refused("the model has no parameter", [](Edited& e) { e.config["params"][0]["name"] = "layer9.conv.weight"; });
  refused("the file has no parameter", [](Edited& e) { e.config["params"].erase(0); });
  refused("param_check", [](Edited& e) { e.tensors["param_check"] = e.tensors["param_check"].add(1e-6); });
  refused("out: error", [](Edited& e) { e.tensors["out"] = e.tensors["out"].mul(1 + 1e-8); });
  refused("grad.x: error", [](Edited& e) { e.tensors["grad.x"] = e.tensors["grad.x"].mul(1 + 1e-5); });
  refused("loss: error", [](Edited& e) { e.tensors["loss"] = e.tensors["loss"].add(1e-6); });
  refused("proc_labels",
          [](Edited& e) { (e.tensors["proc_labels"] = e.tensors["proc_labels"].clone()).select(1, 0).fill_(1); });
  // less than there might be
  Judgement const less = with([](Edited& e) {
    for (char const* const name : {"out", "loss", "proc_labels", "param_check", "resp_sample.layer1"}) {
      e.tensors.erase(name);
    }
    for (char const* const key :
         {"derived", "description", "seed", "torch", "fp32_vs_fp64", "grad_none", "param_check", "resp_shapes"}) {
      e.config.erase(key);
    }
  });
  CAPTURE(less.problems);
  CHECK(less.problems.empty());
}
