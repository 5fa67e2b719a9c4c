// The events of a training in the log of its run.
//
//   auto const log = std::make_shared<RunLog>(run_folder);
//   append(settings.callbacks, log_events(log));
//
// start, epoch, checkpoint, warning, non_finite, stop, end; errors with their text.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/records/run_log.hpp>
#include <dynvision/train/beside_training.hpp>

#include <exception>
#include <memory>
#include <string>

namespace dynvision {

inline Callbacks log_events(std::shared_ptr<RunLog> const& log) {
  struct Kept {
    BesideTraining beside;
    bool writes = false;
  };
  auto const kept = std::make_shared<Kept>();
  // A warning that the log cannot be written does not go to the log.
  auto const say = [kept, log](Training& now, auto&& line) {
    if (kept->writes) return;
    kept->writes = true;
    kept->beside.write(now, "the log", [&] { line(*log); });
    kept->writes = false;
  };
  Callbacks on;
  on.on_train_start.push_back([say](Training& now) {
    TrainingState const& s = now.state;
    say(now, [&](RunLog& to) {
      to.info("start",
              s.step > 0 ? joined({"goes on after ", s.step, " updates, in epoch ", s.epoch + 1})
                         : joined({"begins: ", now.settings.epochs, " epochs"}),
              {{"epoch", s.epoch}, {"step", s.step}, {"epochs", now.settings.epochs}});
    });
  });
  on.on_train_epoch_end.push_back([say](Training& now) {
    say(now, [&](RunLog& to) {
      std::string text = joined({"epoch ", now.state.epoch, "/", now.settings.epochs});
      auto metrics = nlohmann::ordered_json::object();
      for (auto const& [name, value] : now.row->values) {
        metrics[name] = value;
        bool const shown =
            name == "train_loss" || name == "val_loss" || name == "train_accuracy" || name == "val_accuracy";
        if (shown && value == value) text += "  " + name + " " + number_text(value, 4);
      }
      to.info("epoch", text, {{"metrics", metrics}});
    });
  });
  on.on_checkpoint.push_back([say](Training& now) {
    CheckpointOutcome const& made = *now.checkpoint;
    if (!made.error.empty()) return;  // a warning comes
    say(now, [&](RunLog& to) {
      std::string names;
      auto files = nlohmann::ordered_json::array();
      for (auto const& file : made.files) {
        names += (names.empty() ? "" : ", ") + file.filename().string();
        files.push_back(file.filename().string());
      }
      to.info("checkpoint", "wrote " + names,
              {{"files", files}, {"seconds", made.seconds}, {"seconds_waited", made.seconds_waited}});
    });
  });
  on.on_warning.push_back([say](Training& now) {
    say(now, [&](RunLog& to) { to.warning("warning", *now.warning, {{"step", now.state.step}}); });
  });
  on.on_non_finite.push_back([say](Training& now) {
    say(now, [&](RunLog& to) {
      to.warning("non_finite",
                 joined({"loss or gradient is not finite in epoch ", now.state.epoch + 1, ", batch ", now.i_batch + 1,
                         ": ", *now.lost_at}),
                 {{"epoch", now.state.epoch}, {"batch", now.i_batch}, {"step", now.state.step}});
    });
  });
  on.on_stop.push_back([say](Training& now) {
    say(now, [&](RunLog& to) {
      to.info("stop", "stops: " + now.stop_reason.value_or(""), {{"step", now.state.step}});
    });
  });
  on.on_train_end.push_back([say](Training& now) {
    std::string error;
    if (std::exception_ptr const thrown = std::current_exception()) {
      try {
        std::rethrow_exception(thrown);
      } catch (std::exception const& one) {
        error = one.what();
      } catch (...) {
        error = "unknown";
      }
    }
    say(now, [&](RunLog& to) {
      if (!error.empty()) {
        to.error("end", error, {{"epoch", now.state.epoch}, {"step", now.state.step}});
      } else {
        to.info("end", joined({"ended after ", now.state.step, " updates"}),
                {{"epoch", now.state.epoch}, {"step", now.state.step}, {"seconds", now.state.seconds}});
      }
    });
  });
  return on;
}

}  // namespace dynvision
