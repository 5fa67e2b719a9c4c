// Experiments over batches of images: tables that do not depend on batches, on being stopped, or on being killed.
// covers: experiments/run/answers.hpp experiments/run/branch_folder.hpp experiments/tables/condition_records.hpp
// covers: experiments/run/layer_numbers.hpp experiments/tables/over_images.hpp experiments/tables/table_file.hpp
// covers: experiments/tables/table_keys.hpp experiments/tables/write_tables.hpp experiments/tables/toolbox_rows.hpp
// covers: experiments/run/reduce_branches.hpp experiments/run/shown_batch.hpp
// covers: experiments/measures/batch_traces.hpp experiments/measures/write_measures.hpp
#include <dynvision/dyrcnn.hpp>
#include <dynvision/experiments/measures/write_measures.hpp>
#include <dynvision/experiments/run/run_plan.hpp>
#include <dynvision/experiments/tables/write_tables.hpp>
#include <dynvision/io/csv/table.hpp>
#include <dynvision/variants/any_model_of.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include "property/models.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

using namespace property;
using namespace dynvision::experiments;
using Catch::Approx;

namespace {

Images some_images(std::int64_t n) {
  Images set{
      normal({n, 1, 8, 8}, 3, at::kFloat), at::arange(n, at::TensorOptions(at::kLong)).remainder(3), {"a", "b", "c"}};
  return set;
}

DyRCNNx2<> some_model() { return DyRCNNx2<>({.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1}); }

std::vector<Condition> some_conditions() {
  std::vector<Condition> all;
  for (int const d : {1, 3}) {
    Condition c{
        .id = "StimulusDuration:stim=" + std::to_string(d), .parameter = "stim", .parameter_value = std::to_string(d)};
    c.parameter_duration = Duration(d);
    c.schedule = {
        .idle = Duration(2), .n_timesteps = 6, .segments = {{.duration = 1}, {.show = Show::image, .duration = d}}};
    all.push_back(c);
  }
  Condition masked = all[0];
  masked.id = "masked", masked.parameter_value = "masked", masked.parameter_duration.reset();
  masked.schedule.segments.push_back({.show = Show::mask, .duration = 2});
  all.push_back(masked);
  return all;
}

std::string text_of(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::map<std::string, std::string> tables_in(std::filesystem::path const& out) {
  std::map<std::string, std::string> all;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(out)) {
    bool const is_table = entry.path().extension() == ".csv" || entry.path().extension() == ".json";
    std::string const name = std::filesystem::relative(entry.path(), out).string();
    if (is_table && !name.starts_with("branches")) all[name] = text_of(entry.path());
  }
  return all;
}

RunPlanSettings quiet(std::int64_t batch_size = 4) {
  RunPlanSettings settings{.batch_size = batch_size, .progress = ""};
  settings.pass.run.share_cpus = false;
  return settings;
}

}  // namespace

TEST_CASE("The tables of an experiment say what runs of their own give", "[experiments][run_plan]") {
  TemporaryFolder const folder;
  auto const& out = folder.path;
  auto const model = some_model();
  Images const images = some_images(7);
  std::vector<Condition> const conditions = some_conditions();
  Plan const plan = plan_of(conditions, {.dt = 2});
  RunPlanSettings settings = quiet();
  settings.units = {"layer2"};
  REQUIRE(run_plan(plan, model, images, out / "branches", settings).complete);
  write_tables(plan, images, {out / "branches", out},
               {.experiment = "e", .model = "m", .category = "stim", .category_value = "x"}, 4);

  CsvTable const data = read_csv(out / "test_data.csv");
  CHECK(data.rows.size() == 3 * 7 * 6);
  auto const column = [&](std::string const& name) {
    auto const found = std::find(data.columns.begin(), data.columns.end(), name);
    REQUIRE(found != data.columns.end());
    return static_cast<std::size_t>(found - data.columns.begin());
  };
  column("train_stim"), column("idle_timesteps");
  at::AutoGradMode const no_gradient(false);
  for (std::size_t c = 0; c < 2; ++c) {  // those without a mask
    run::Stimulus shown{images.images.unsqueeze(1), {-1, 0, -1, -1, -1, -1}};
    if (c == 1) shown.shown = {-1, 0, 0, 0, -1, -1};
    run::Activity const alone = run::unroll(model, shown, {.idle_timesteps = 2, .record = true});
    for (std::size_t i = 0; i < 7; ++i) {
      for (std::size_t t = 0; t < 6; ++t) {
        auto const& row = data.rows[(c * 7 + i) * 6 + t];
        Tensor const z = alone.outputs[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(t)];
        Tensor const r = alone.response("layer2").steps[t][static_cast<std::int64_t>(i)].abs().to(at::kDouble);
        CHECK(row[column("guess_index")] == std::to_string(z.argmax().item<std::int64_t>()));
        CHECK(std::stod(row[column("guess_confidence")]) == Approx(z.softmax(0).max().item<double>()).epsilon(1e-5));
        CHECK(std::stod(row[column("layer2_response_avg")]) ==
              Approx(r.mean().item<double>()).epsilon(1e-4).margin(1e-7));
        CHECK(std::stod(row[column("layer2_response_std")]) ==
              Approx(r.std().item<double>()).epsilon(1e-4).margin(1e-7));
        bool const labelled = shown.shown[t] == 0;
        CHECK(row[column("label_index")] == (labelled ? std::to_string(i % 3) : "-1"));
        CHECK(row[column("label_confidence")].empty() == !labelled);
        CHECK(row[column("first_label_index")] == std::to_string(i % 3));
        CHECK(row[column("accuracy")] == (row[column("guess_index")] == std::to_string(i % 3) ? "1" : "0"));
      }
    }
  }
  CsvTable const traces = read_csv(out / "traces.csv");
  CHECK(traces.rows.size() == 3 * 6 * (2 * 2 + 6));
  CHECK(text_of(out / "traces.csv").find("e,m,stim,x,0,trained,,stim,1,2,") != std::string::npos);
  CHECK(std::filesystem::exists(out / "traces.columns.json"));
  CHECK(std::filesystem::exists(out / "conditions" / "masked" / "test_outputs.columns.json"));
  write_plan(plan, "e", out);
  CHECK(std::filesystem::exists(out / "plan.json"));
  std::size_t units = 0;
  for (auto const& entry : std::filesystem::directory_iterator(out / "branches" / "0")) {
    if (entry.path().string().ends_with("-units.safetensors")) {
      ++units;
      CHECK(read_safetensors(entry.path()).at("layer2").dim() == 5);
    }
  }
  CHECK(units == 2 * plan.branches());

  // The same from AnyModel, in another number of batches, on the other path, sharing blanks: to rounding.
  RunPlanSettings other = quiet(3);
  other.pass.path = RunPath::unroll, other.pass.share_blank = true;
  TemporaryFolder const folder_again;
  auto const& again = folder_again.path;
  run_plan(plan, any_model(model), images, again / "branches", other);
  write_tables(plan, images, {again / "branches", again}, {}, 3);
  CsvTable const same = read_csv(again / "traces.csv");
  REQUIRE(same.rows.size() == traces.rows.size());
  for (std::size_t i = 0; i < same.rows.size(); ++i) {
    CHECK(same.rows[i][16] == traces.rows[i][16]);
    if (!same.rows[i][17].empty())
      CHECK(std::stod(same.rows[i][17]) == Approx(std::stod(traces.rows[i][17])).epsilon(1e-4).margin(1e-6));
  }
}

TEST_CASE("Measures do not depend on batches", "[experiments][run_plan]") {
  auto const model = some_model();
  Images const images = some_images(7);
  std::vector<Condition> conditions = some_conditions();
  conditions.pop_back();  // two durations
  Plan const plan = plan_of(conditions, {.dt = 2});
  std::map<std::string, std::string> first;
  for (std::int64_t const size : {7, 3}) {
    TemporaryFolder const folder;
    auto const& out = folder.path;
    run_plan(plan, model, images, out / "branches", quiet(size));
    TablesOf const of{out / "branches", out};
    write_measures(plan, images, of, {.experiment = "e"}, size);
    CHECK(read_csv(out / "measures.csv").rows.size() == 2 * 7 * 3);
    CHECK(read_csv(out / "summary.csv").rows.size() == 2 * (2 * 16 + 4));
    CHECK(read_csv(out / "curves.csv").rows.size() == 2 * (2 * 2 + 4));
    CHECK(std::filesystem::exists(out / "curves.columns.json"));
    auto const columns = [&] { return text_of(out / "measures.columns.json"); };
    if (first.empty()) first["columns"] = columns();
    CHECK(columns() == first["columns"]);
  }
}

TEST_CASE("Half of the images is the run of a whole: a stopped experiment goes on and has the same tables",
          "[experiments][run_plan]") {
  auto const model = some_model();
  Images const images = some_images(8);
  Plan const plan = plan_of(some_conditions(), {.dt = 2});
  TemporaryFolder const first, second;
  auto const &whole = first.path, &parts = second.path;
  run_plan(plan, model, images, whole / "branches", quiet());
  write_tables(plan, images, {whole / "branches", whole}, {}, 4);
  CHECK(failure([&] { write_tables(plan, images, {parts / "branches", parts}, {}, 4); }) == "experiments.137");
  int calls = 0, starts = 0;
  RunPlanSettings settings = quiet();
  settings.stop_requested = [&] { return ++calls % 3 == 0; };
  double steps = 0;
  for (bool complete = false; !complete && starts < 50; ++starts) {
    PlanRun const one = run_plan(plan, model, images, parts / "branches", settings);
    complete = one.complete, steps += one.image_steps;
  }
  CHECK(starts > 1);
  CHECK(steps == static_cast<double>(plan.nodes()) * 8);  // nothing is kept twice
  write_tables(plan, images, {parts / "branches", parts}, {}, 4);
  CHECK(tables_in(parts) == tables_in(whole));
}

// Started by the next test in a process of its own.
TEST_CASE("an experiment that is killed", "[.one-pass-child]") {
  char const* const out = std::getenv("DYNVISION_ONE_PASS_CHILD");
  REQUIRE(out != nullptr);
  int calls = 0;
  RunPlanSettings settings = quiet();
  settings.stop_requested = [&] {
    if (++calls == 4) std::raise(SIGKILL);
    return false;
  };
  run_plan(plan_of(some_conditions(), {.dt = 2}), some_model(), some_images(8), std::filesystem::path(out) / "branches",
           settings);
}

TEST_CASE("A killed experiment goes on and has the same tables", "[experiments][run_plan]") {
  auto const model = some_model();
  Images const images = some_images(8);
  Plan const plan = plan_of(some_conditions(), {.dt = 2});
  TemporaryFolder const first, second;
  auto const &whole = first.path, &killed = second.path;
  run_plan(plan, model, images, whole / "branches", quiet());
  write_tables(plan, images, {whole / "branches", whole}, {}, 4);
  std::string const self = std::filesystem::read_symlink("/proc/self/exe").string();
  std::string const command =
      "DYNVISION_ONE_PASS_CHILD='" + killed.string() + "' '" + self + "' '[.one-pass-child]' >/dev/null 2>&1";
  CHECK(std::system(command.c_str()) != 0);
  std::size_t there = 0;
  for (auto const& entry : std::filesystem::directory_iterator(killed / "branches" / "0")) {
    there += entry.path().extension() == ".safetensors";
  }
  CHECK(there > 0);
  CHECK(there < 2 * plan.branches());
  PlanRun const rest = run_plan(plan, model, images, killed / "branches", quiet());
  CHECK(rest.complete);
  CHECK(rest.image_steps < static_cast<double>(plan.nodes()) * 8);
  write_tables(plan, images, {killed / "branches", killed}, {}, 4);
  CHECK(tables_in(killed) == tables_in(whole));
}

TEST_CASE("What does not fit is refused", "[experiments][run_plan]") {
  auto const model = some_model();
  Plan const plan = plan_of(some_conditions(), {.dt = 2});
  TemporaryFolder const folder;
  auto const& out = folder.path;
  Images images = some_images(8);
  RunPlanSettings settings = quiet();
  settings.units = {"layer3"};
  CHECK(failure([&] { run_plan(plan, model, images, out / "branches", settings); }) == "experiments.135");
  CHECK(failure([&] { run_plan(plan, model, images, out / "branches", quiet(3)); }) == "experiments.131");
  CHECK(failure([&] { run_plan(plan, model, images, out / "branches", quiet(0)); }) == "experiments.136");
  images.classes = {"a", "b", "c", "d"};
  TemporaryFolder const other;
  CHECK(failure([&] { run_plan(plan, model, images, other / "branches", quiet()); }) == "experiments.133");
}
