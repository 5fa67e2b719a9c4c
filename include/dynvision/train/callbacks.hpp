// What happens beside a training: plain functions, called at its events.
//
//   settings.callbacks.on_train_epoch_end.push_back([](Training& now) {
//     std::cout << now.state.epoch << ": " << now.row->at("val_loss") << "\n";
//     if (now.row->at("val_loss") < 0.1) now.stop("good enough");
//   });
//
// In the order of a training, names as in Lightning:
//
//   on_train_start
//     on_train_epoch_start
//       on_train_batch_start         batch
//       on_before_backward           batch, shown, loss
//       on_after_backward            and the gradients, of the batches accumulated so far
//       on_before_optimizer_step     the whole gradient, before clipping               once every accumulate_grad_batches
//       on_after_optimizer_step      the state counts the update: a checkpoint may be made of it
//       on_train_batch_end
//       on_metrics                   row: a callback may add columns to it             every log_every_n_steps, and after
//     on_validation_start                                                              the validation
//     on_validation_end              validation, row
//     on_train_epoch_end             row; the state is that of before the next epoch
//     on_save_checkpoint             before one is written: what a callback must keep goes into state.numbers
//     on_checkpoint                  checkpoint: written beside the training, or why not; at the next border
//   on_warning                       warning: any time
//   on_stop                          stop_reason: somebody asked for it, or the time is over
//   on_train_end                     always the last, after an error too
//   on_non_finite                    batch, shown, loss or gradients, lost_at: before on_non_finite of the settings takes effect
//
// Several functions of one event are called in their order; an exception of one ends the training like an error of it.
// What is null in Training is not known at that event. Without a function an event costs the look at an empty list.
#pragma once
#include <functional>
#include <vector>

namespace dynvision {

struct Training;

struct Callbacks {
  using Functions = std::vector<std::function<void(Training&)>>;

  Functions on_train_start{}, on_train_epoch_start{}, on_train_batch_start{}, on_before_backward{}, on_after_backward{},
      on_before_optimizer_step{}, on_after_optimizer_step{}, on_train_batch_end{}, on_metrics{}, on_validation_start{},
      on_validation_end{}, on_train_epoch_end{}, on_save_checkpoint{}, on_checkpoint{}, on_warning{}, on_non_finite{},
      on_stop{}, on_train_end{};
};

// To one event of `all` those of `more`, behind them: two sets of callbacks as one.
inline void append(Callbacks& all, Callbacks const& more) {
  using Event = Callbacks::Functions Callbacks::*;
  using C = Callbacks;
  for (Event const event :
       {&C::on_train_start, &C::on_train_epoch_start, &C::on_train_batch_start, &C::on_before_backward,
        &C::on_after_backward, &C::on_before_optimizer_step, &C::on_after_optimizer_step, &C::on_train_batch_end,
        &C::on_metrics, &C::on_validation_start, &C::on_validation_end, &C::on_train_epoch_end, &C::on_save_checkpoint,
        &C::on_checkpoint, &C::on_warning, &C::on_non_finite, &C::on_stop, &C::on_train_end}) {
    (all.*event).insert((all.*event).end(), (more.*event).begin(), (more.*event).end());
  }
}

}  // namespace dynvision
