// What arrives at V4 over its skip connection and from itself, and at V1 as feedback, while images come and go.
//
//   cmake --build build --target example.15_what_arrives && build/examples/15_what_arrives arriving.csv
//   python examples/figures/probes.py arriving.csv docs/figures            draws it
#include <dynvision/dyrcnn.hpp>
#include <dynvision/io/csv.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

int main(int count, char** arguments) {
  at::AutoGradMode const no_gradient(false);
  DyRCNNx4<Full, Feedback<>> model({.n_classes = 10,
                                    .input_dims = {3, 32, 32},
                                    .t_feedforward = 10,
                                    .t_recurrence = 6,
                                    .t_feedback = 30,
                                    .t_skip = 14,
                                    .seed = 1});
  Tensor const images = randn({16, 3, 32, 32});  // (B,C,H,W)
  run::Stimulus stimulus = run::present(images, 75);
  stimulus = stimulus.then_blank(75);  // 150 ms of the images, 150 ms of nothing but a blank

  // [probes]
  run::Over const all{.samples = true, .channels = true, .space = true};
  std::vector<run::Probe> probes;
  for (std::string const where : {"V4 <- V1", "V4 <- V4", "V1 <- V4"}) {  // skip, itself, feedback
    probes.push_back({.where = where, .statistic = run::Statistic::standard_deviation, .over = all, .every = 4});
  }
  probes.push_back({.where = "V4", .over = {.samples = true, .time = true}, .from = 50, .to = 150, .name = "mean map"});
  run::Activity const activity = run::run(model, stimulus, {.probes = probes});
  // [/probes]

  // [read]
  CsvWriter csv(count > 1 ? arguments[1] : "/dev/null", {"figure", "curve", "time_ms", "value"}, 0);
  for (run::Probed const& one : activity.probed) {
    if (!one.values.defined() || one.values.dim() != 1) continue;
    for (std::size_t i = 0; i < one.times.size(); ++i) {  // values (T): zero before something arrives
      double const value = one.values[static_cast<std::int64_t>(i)].item<double>();
      csv.row({"arrives", one.layer + " <- " + one.source, CsvWriter::text(one.times[i]), CsvWriter::text(value)});
      if (i % 8 == 7)
        std::printf("%4.0f ms   %-9s %.5f%s\n", one.times[i], one.name.c_str(), value,
                    one.present[i] ? "" : "   (nothing yet)");
    }
  }
  Tensor const map = activity.probe("mean map").values;  // (C,H,W), over 50 to 150 ms
  // [/read]
  std::printf("V4 from 50 to 150 ms: mean response %.4f, of its strongest unit %.4f\n", map.mean().item<double>(),
              map.max().item<double>());
}
