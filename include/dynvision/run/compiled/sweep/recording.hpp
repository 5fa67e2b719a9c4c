// What a forward sweep records on its way: responses, what is monitored and what probes look at, block by block.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>

#include <utility>

namespace dynvision::run {

class Recording {
  PreparedRun& run_;
  ForwardContext& at_;  // of the sweep
  bool wanted_;         // a sweep that computes again records nothing
  std::vector<std::pair<std::size_t, Tensor>> made_{};

 public:
  Recording(ForwardContext& at, bool wanted) : run_(at.run), at_(at), wanted_(wanted) {}
  Recording(Recording const&) = delete;  // it refers to the sweep
  Recording& operator=(Recording const&) = delete;

  // The result of node p, a role of a pipeline that is about to run, and all of these once it has.
  void add(std::size_t p, Tensor const& result) { made_.emplace_back(p, result); }
  void record(int l);

  void watch(std::size_t p, Tensor const& value);
  void watch_delayed(int l, Node const& node);  // at the time of Delay
  void watch_states(Node const& node);          // its own
  // Runs what makes node p take what arrives at it, for the probes that look at that.
  template <class F> void asking_arrival(std::size_t p, bool in_prefix, F const& run) {
    if (!wanted_ || in_prefix || !run_.results.probes.sees_arrival(p)) return run();
    Tensor arrived;
    at_.arrived = &arrived;
    run();
    at_.arrived = nullptr;
    give_arrival(p, arrived);
  }

 private:
  int n() const { return at_.block.n; }
  void give_arrival(std::size_t p, Tensor const& arrived);
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/sweep/recording.ipp>
#endif
