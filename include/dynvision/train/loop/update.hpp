// One update of the parameters, with the gradient that a group of batches has left: scaled back, looked at, clipped.
//
// A gradient that is not finite changes nothing; what is done then is FitSettings::on_non_finite. With a loss scaler it
// belongs to the business: the update is left out and the scale is lowered.
//
// State in TrainingState::numbers: "non_finite.in_a_row", "non_finite.skipped", "rate_factor".
//
// Errors: train.131, train.132, train.137, train.213.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/train/loop/loss_scaler.hpp>
#include <dynvision/train/precision.hpp>
#include <dynvision/train/training.hpp>

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dynvision::fitting {

class Update {
 public:
  explicit Update(Training& now) : now_(now), settings_(now.settings) {
    if (precision_of(settings_.precision) == Precision::half) scaler_.emplace();
  }

  // Of the loss, before backward().
  double loss_scale() const { return scaler_ ? scaler_->scale(now_.state.numbers) : 1; }

  // What the schedule's learning rate is multiplied by.
  double rate_factor() const {
    auto const found = now_.state.numbers.find("rate_factor");
    return found == now_.state.numbers.end() ? 1 : found->second;
  }

  // The gradient's norm before clipping; nothing: it is not finite, and there was no update. `factor` of the gradient, for what
  // it is a mean over.
  std::optional<double> step(double factor) {
    Optimizer& optimizer = now_.optimizer;
    scale_gradient(optimizer.parameters(), factor / loss_scale());
    double const norm = gradient_norm(optimizer.parameters());
    bool const finite = std::isfinite(norm);
    if (finite) {
      if (norm == 0) optimizer.checked_gradient_norm();  // none at all is an error
      if (settings_.gradient_clip_val > 0) clip(norm);
      optimizer.update();
      now_.state.numbers.erase("non_finite.in_a_row");
    }
    if (scaler_) scaler_->update(now_.state.numbers, finite);
    return finite ? std::optional(norm) : std::nullopt;
  }

  // Whether a gradient that is not finite only says that the loss was scaled too much.
  bool is_overflow() const { return scaler_ && loss_scale() >= 1; }

  // Does what is to be done of a loss or gradient that is not finite; `error` throws what "stop" says.
  template <class Throw> void not_finite(std::string const& place, Throw&& error) {
    auto& numbers = now_.state.numbers;
    if (settings_.on_non_finite == "stop") error();
    double const in_a_row = numbers["non_finite.in_a_row"] += 1;
    numbers["non_finite.skipped"] += 1;
    if (settings_.on_non_finite == "lower") numbers["rate_factor"] = rate_factor() * settings_.lower_rate_factor;
    if (in_a_row < static_cast<double>(settings_.non_finite_patience)) return;
    fail("train", 213,
         {place, ": loss or gradient were not finite in ", in_a_row, " updates one after the other (on_non_finite = ",
          settings_.on_non_finite, "): expected finite ones again; a smaller learning_rate may help"});
  }

 private:
  void clip(double norm) {
    if (settings_.gradient_clip_algorithm == "value") {
      clip_gradient_by_value(now_.optimizer.parameters(), settings_.gradient_clip_val);
    } else {
      clip_gradient(now_.optimizer.parameters(), settings_.gradient_clip_val, norm);
    }
  }

  Training& now_;
  FitSettings const& settings_;
  std::optional<LossScaler> scaler_{};
};

}  // namespace dynvision::fitting
