// Features of populations, where they lie, what is written of them.
// covers: experiments/populations/features.hpp experiments/populations/condition_populations.hpp experiments/plan/recorded_steps.hpp
// covers: experiments/populations/write_decoding.hpp experiments/populations/write_similarity.hpp
// covers: experiments/measures/write_normalisation.hpp experiments/tables/nine_digits.hpp
#include <dynvision/dyrcnn.hpp>
#include <dynvision/experiments/measures/write_normalisation.hpp>
#include <dynvision/experiments/populations/features.hpp>
#include <dynvision/experiments/populations/write_decoding.hpp>
#include <dynvision/experiments/populations/write_similarity.hpp>
#include <dynvision/experiments/tables/nine_digits.hpp>
#include <dynvision/io/csv/table.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include "property/models.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <filesystem>

using namespace property;
using namespace dynvision::experiments;
using Catch::Approx;

namespace {

Condition shown(int steps, double contrast = 1) {
  Condition c{.id = "c" + std::to_string(steps), .parameter = "stim", .parameter_value = std::to_string(steps)};
  c.schedule = {.idle = Duration(2),
                .n_timesteps = 6,
                .segments = {{.duration = 1}, {.show = Show::image, .duration = steps, .contrast = contrast}}};
  return c;
}

RunPlanSettings quiet() {
  RunPlanSettings settings{.batch_size = 5, .progress = ""};
  settings.pass.run.share_cpus = false;
  return settings;
}

KeptPopulations kept(std::vector<std::size_t> conditions, Features kind = Features::channels) {
  return {.conditions = std::move(conditions),
          .kind = std::string(name_of(kind)),
          .features_of = [kind](run::Trace const& trace, std::int64_t n) { return features_of(trace, n, kind); }};
}

}  // namespace

TEST_CASE("Features of a layer are means of channels, of places, or signed sums", "[experiments][populations]") {
  Tensor const r = normal({2, 3, 6, 5}, 1, at::kFloat);
  run::Trace const trace{.layer = "V1", .operation = "record", .steps = {Signal{}, r, r.narrow(0, 0, 1)}};
  Tensor const channels = features_of(trace, 2, Features::channels);
  CHECK(channels.sizes() == at::IntArrayRef{2, 3, 3});
  CHECK(channels.select(1, 0).abs().max().item<float>() == 0);
  CHECK(at::allclose(channels.select(1, 1), r.mean({2, 3})));
  CHECK(at::allclose(channels[1][2], r[0].mean({1, 2})));  // computed for one image: that of all
  Tensor const pooled = features_of(trace, 2, Features::pool4);
  CHECK(pooled.sizes() == at::IntArrayRef{2, 3, 3 * 2 * 2});
  CHECK(pooled[1][1][3].item<float>() == Approx(r[1][0].narrow(0, 4, 2).narrow(1, 4, 1).mean().item<float>()));
  CHECK(at::equal(features_of(trace, 2, Features::units).select(1, 1), r.flatten(1)));  // fewer than 512
  Tensor const many = normal({1, 8, 10, 10}, 2, at::kFloat);
  CHECK(features_of({"V1", "record", {many}}, 1, Features::units).sizes() == at::IntArrayRef{1, 1, 512});
  CHECK(features_of({"V1", "record", {Signal{}}}, 2, Features::channels).sizes() == at::IntArrayRef{2, 1, 0});
  Tensor const none = features_of({"V1", "record", {Signal{}}}, 2, Features::channels);
  TemporaryFolder const folder;
  auto const file = folder / "none.safetensors";
  write_safetensors(file, {{"V1", none}});
  CHECK(read_safetensors(file).at("V1").sizes() == none.sizes());
  CHECK(features_named("pool4") == Features::pool4);
  CHECK(failure([] { features_named("pool"); }) == "experiments.170");
}

TEST_CASE("Populations are kept of the conditions that ask for them, and found again", "[experiments][populations]") {
  TemporaryFolder const folder;
  auto const& out = folder.path;
  DyRCNNx2<> const model({.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1});
  Images const images{
      normal({12, 1, 8, 8}, 3, at::kFloat), at::arange(12, at::TensorOptions(at::kLong)).remainder(3), {"a", "b", "c"}};
  Plan const plan = plan_of({shown(1), shown(3)}, {.dt = 2});
  RunPlanSettings settings = quiet();
  REQUIRE(run_plan(plan, model, images, out, settings).complete);
  settings.populations = kept({1});
  PlanRun const again = run_plan(plan, model, images, out, settings);  // only the branches of condition 1
  CHECK(again.image_steps > 0);
  CHECK(again.image_steps < 12 * static_cast<double>(plan.nodes()));
  CHECK(run_plan(plan, model, images, out, settings).image_steps == 0);

  Tree const& tree = plan.trees[0];
  std::vector<RecordedStep> const steps = recorded_steps(tree, tree.conditions[1]);
  REQUIRE(steps.size() == 6);
  CHECK(steps[0].shown == false);
  CHECK(steps[3].shown);
  at::AutoGradMode const no_gradient(false);
  run::Activity const alone =
      run::unroll(model, run::Stimulus{images.images.narrow(0, 5, 5).unsqueeze(1), {-1, 0, 0, 0, -1, -1}},
                  {.idle_timesteps = 2, .record = true});
  ConditionPopulations const found(tree, tree.conditions[1], BranchFolder(running::folder_of(out, 0)), "channels", 1);
  CHECK(found.layers() == std::vector<std::string>{"layer1", "layer2"});
  for (std::int64_t const t : {0, 2, 5}) {
    std::vector<double> rows(5 * found.n_features("layer2"));
    found.copy("layer2", t, rows.data());
    Tensor const expected =
        alone.response("layer2").steps[static_cast<std::size_t>(t)].mean({2, 3}).to(at::kDouble).contiguous();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CHECK(rows[i] == Approx(expected.const_data_ptr<double>()[i]).epsilon(1e-4).margin(1e-6));
    }
  }
  CHECK(failure([&] {
          ConditionPopulations(tree, tree.conditions[0], BranchFolder(running::folder_of(out, 0)), "channels", 1);
        }) == "experiments.137");

  TablesOf const of{out, out, 1, 2};
  TableKeys const keys{.experiment = "e", .model = "m", .category = "rctype", .category_value = "full"};
  PopulationTables const tables{plan, images, of, keys, {.batch_size = 5, .most_steps = 3, .n_threads = 1}};
  CHECK(write_decoding(tables, {.n_permutations = 20}));
  CHECK(read_csv(out / "decoding.csv").rows.size() == 2 * 3 * 3);
  CHECK(write_similarity(tables, {.dimensionality = true}));
  CHECK(read_csv(out / "similarity.csv").rows.size() == 3 * 4 + 2 * 3 * 2);
  CHECK(read_csv(out / "rdm.csv").rows.size() == 2 * 2 * 6);
  CHECK(read_csv(out / "dimensionality.csv").rows.size() == 2 * 3);
}

TEST_CASE("Steps are equally far apart, kernels fit in memory, shares have intervals", "[experiments][populations]") {
  CHECK(spread_steps(6, 3) == std::vector<std::int64_t>{0, 2, 4});
  CHECK(spread_steps(7, 20).size() == 7);
  CHECK(spread_steps(60, 20).back() == 57);
  using populations::kernel_batch;
  CHECK(kernel_batch(200, 80) == 200);
  CHECK(kernel_batch(2000, 80) == 250);
  CHECK(kernel_batch(2000, 1000) < 100);
  analysis::Interval const none = populations::interval_of_share(0, 10),
                           half = populations::interval_of_share(0.5, 100);
  CHECK(none.low == Approx(0).margin(1e-12));
  CHECK(none.high == Approx(0.2775).epsilon(1e-3));  // z^2 / (n + z^2)
  CHECK(half.low == Approx(0.4038).epsilon(1e-3));
}

TEST_CASE("Delayed normalisation takes contrasts and time courses", "[experiments][populations]") {
  Plan const plan = plan_of({shown(1), shown(3), shown(3, 0.5)}, {.dt = 2});
  CHECK(normalisation::contrasts(plan, 2) == std::vector<double>{0, 0.5, 0.5, 0.5, 0, 0});
  CHECK(tells_normalisation(plan, {{"all", {{}, {}, 0, 3}}}));
  CHECK_FALSE(tells_normalisation(plan, {{"durations", {{}, {}, 0, 2}}}));
  CHECK_FALSE(tells_normalisation(plan, {{"contrasts", {{}, {}, 1, 3}}}));
  CHECK(failure([&] { check_normalisation_of(plan, {{"durations", {{}, {}, 0, 2}}}); }) == "experiments.173");
  Condition masked = shown(1);
  masked.schedule.segments.push_back({.show = Show::mask, .duration = 2});
  CHECK(normalisation::contrasts(plan_of({masked}, {.dt = 2}), 0).empty());
}

TEST_CASE("Nine digits are those of number_text", "[experiments][tables]") {
  auto const check = [](double x) {
    std::string text;
    append_nine_digits(text, x);
    CHECK(text == (std::isnan(x) ? "" : number_text(x, 9)));
  };
  for (double const x :
       {0.0, -0.0, 1.0, 1e-4, 9.9999999999e-5, 999999999.4, 999999999.6, 0.5, 1e9, 1e300, 2.0 / 3, 1e-310})
    check(x), check(-x);
  for (double const x : {123456789.5, 0.1234567895, 1.00000000050, 1.0000000005000001}) check(x);  // halves
  check(std::numeric_limits<double>::quiet_NaN()), check(std::numeric_limits<double>::infinity());
  Tensor const draws = normal({2000}, 4, at::kDouble);
  for (std::int64_t i = 0; i < 2000; ++i) {
    double const x = draws[i].item<double>() * std::pow(10.0, static_cast<double>(i % 16) - 6);
    check(x), check(static_cast<float>(x)), check(std::round(x));
  }
}
