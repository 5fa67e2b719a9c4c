// Writes checkpoints beside the training: it waits for the copy of its numbers, not for the disk.
//
//   save()      waits until the one before is written, copies, and returns        one thread, one checkpoint at a time
//   finished()  what became of the last one, once: written, or why not            nothing while it is being written
//   wait()      the same, after its end
//
// Files are written in their order, each whole or not at all; those that are no longer wanted are removed when all stand. An error
// leaves what was there, and removes nothing. What nobody has asked for when the writer ends is said as a warning (train.242).
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/warning.hpp>
#include <dynvision/train/checkpoint_outcome.hpp>
#include <dynvision/train/checkpoints/snapshot.hpp>

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace dynvision::checkpoints {

struct Job {
  std::vector<std::filesystem::path> files, obsolete;
};

class Writer {
 public:
  Writer() = default;
  Writer(Writer const&) = delete;
  Writer& operator=(Writer const&) = delete;
  ~Writer() {
    auto const last = wait();
    if (thread_.joinable()) {
      {
        std::lock_guard const lock(access_);
        ends_ = true;
      }
      changed_.notify_all();
      thread_.join();
    }
    if (last && !last->error.empty()) warn("train", 242, {"a checkpoint was not written: ", last->error});
  }

  // Memory for the copies, before the training begins: what is not known yet (the optimiser's state, before its first step) comes
  // with the first checkpoint.
  void reserve(Parameters const& parameters, std::vector<TensorMap::Entry> const& optimizer) {
    wait();
    snapshot_.take(parameters, optimizer, {});
  }

  bool is_busy() const {
    std::lock_guard const lock(access_);
    return job_.has_value();
  }

  // What became of the one before is not lost: it comes out of finished() first.
  void save(Parameters const& parameters, std::vector<TensorMap::Entry> const& optimizer, TrainingState const& state,
            Job job) {
    auto const start = now();
    {
      std::unique_lock lock(access_);
      changed_.wait(lock, [&] { return !job_; });
    }
    snapshot_.take(parameters, optimizer, state);
    {
      std::lock_guard const lock(access_);
      job_ = std::move(job);
      seconds_of_copying_ = now() - start;
    }
    if (!thread_.joinable()) start_thread();
    changed_.notify_all();
  }

  std::optional<CheckpointOutcome> finished() {
    std::lock_guard const lock(access_);
    return take_outcome();
  }
  std::optional<CheckpointOutcome> wait() {
    std::unique_lock lock(access_);
    changed_.wait(lock, [&] { return !job_; });
    return take_outcome();
  }

 private:
  static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  // Of several the errors come first: a later success does not hide one.
  std::optional<CheckpointOutcome> take_outcome() {
    if (outcomes_.empty()) return std::nullopt;
    CheckpointOutcome first = std::move(outcomes_.front());
    outcomes_.erase(outcomes_.begin());
    return first;
  }
  // Signals are the training's.
  void start_thread() {
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] {
      yield_to_the_training();
      run();
    });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  // Where threads share cores, the training's go before this one; on Linux the niceness of a thread is its own.
  static void yield_to_the_training() {
#ifdef __linux__
    ::setpriority(PRIO_PROCESS, 0, 5);
#endif
  }
  void run() {
    std::unique_lock lock(access_);
    while (true) {
      changed_.wait(lock, [&] { return job_ || ends_; });
      if (!job_) return;
      Job const job = *job_;
      double const copying = seconds_of_copying_;
      lock.unlock();
      CheckpointOutcome outcome = write(job);
      outcome.seconds_waited = copying;
      lock.lock();
      outcomes_.push_back(std::move(outcome));
      job_.reset();
      changed_.notify_all();
    }
  }
  CheckpointOutcome write(Job const& job) const noexcept {
    double const start = now();
    CheckpointOutcome outcome{job.files, "", 0, 0};
    try {
      for (auto const& file : job.files) snapshot_.write(file);
      std::error_code ignored;
      for (auto const& file : job.obsolete) std::filesystem::remove(file, ignored);
    } catch (std::exception const& error) {
      outcome.error = error.what();
    } catch (...) {
      outcome.error = "unknown";
    }
    outcome.seconds = now() - start;
    return outcome;
  }

  Snapshot snapshot_;  // the training's until the job is there, the thread's until it is done
  std::optional<Job> job_;
  std::vector<CheckpointOutcome> outcomes_;
  double seconds_of_copying_ = 0;
  bool ends_ = false;
  mutable std::mutex access_;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace dynvision::checkpoints
