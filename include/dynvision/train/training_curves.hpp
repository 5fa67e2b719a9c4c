// The curves of a training as a figure that is renewed while it goes: loss, accuracy, learning rate, norm of the gradient.
//
//   append(settings.callbacks, training_curves(run_folder / "figures/training.svg"));
//
// Renewed after every epoch, and within one every 30 s; the file is whole at any time.
#pragma once
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/records/figure/curve_figure.hpp>
#include <dynvision/train/beside_training.hpp>
#include <dynvision/train/record_settings.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dynvision {

inline CurveFigure figure_of(MetricsTable const& metrics, std::string const& title) {
  std::vector<double> epochs;
  for (std::size_t row = 0; row < metrics.size(); ++row) epochs.push_back(metrics.at(row, "epoch"));
  auto const curve = [&](std::string const& name, std::string const& column, bool dots = false) {
    std::vector<double> values;
    for (std::size_t row = 0; row < metrics.size(); ++row) values.push_back(metrics.at(row, column));
    return FigureCurve{name, epochs, std::move(values), dots};
  };
  CurveFigure figure{.title = title, .panels = {}};
  auto const panel = [&](char const* name, bool logarithmic, std::vector<FigureCurve> curves) {
    figure.panels.push_back({name, "epoch", logarithmic, std::move(curves)});
  };
  panel("loss", true, {curve("training", "train_loss"), curve("validation", "val_loss", true)});
  panel("accuracy", false, {curve("training", "train_accuracy"), curve("validation", "val_accuracy", true)});
  panel("learning rate", true, {curve("learning rate", "learning_rate")});
  panel("norm of the gradient", true, {curve("norm", "gradient_norm")});
  return figure;
}

inline Callbacks training_curves(std::filesystem::path const& file, CurveSettings const& settings = {}) {
  struct Kept {
    double drawn = ProgressView{}.seconds();
    std::size_t rows = 0;
    BesideTraining beside;
  };
  auto const kept = std::make_shared<Kept>();
  auto const draw = [kept, file, settings](Training& now) {
    kept->drawn = ProgressView{}.seconds();
    if (now.state.metrics.size() == std::exchange(kept->rows, now.state.metrics.size())) return;
    kept->beside.write(now, "the figure of the curves", [&] {
      if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
      AtomicFile out(file);
      out.write(svg(figure_of(now.state.metrics, settings.title)));
      out.commit();
    });
  };
  Callbacks on;
  on.on_train_start.push_back(draw);
  on.on_after_optimizer_step.push_back([kept, draw, settings](Training& now) {
    if (ProgressView{}.seconds() - kept->drawn >= settings.every_seconds) draw(now);
  });
  on.on_train_epoch_end.push_back(draw);
  on.on_train_end.push_back(draw);
  return on;
}

}  // namespace dynvision
