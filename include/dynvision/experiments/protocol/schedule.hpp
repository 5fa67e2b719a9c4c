// Schedule: a trial as a row of segments; what is shown, and what counts, in each time step.
//
//   Schedule const s{.idle = Duration(20), .n_timesteps = 30, .segments = {{.duration = 1}, {.show = Show::image, .duration = 20}}};
//   s.frames(2.0)       50 frames, idle ones first; dt = 2 ms
//   s.labels(2.0)       30, one a recorded row: 0 the class of the sample, k that of the k-th other image, -1 none
//
// Idle steps are blank and not recorded; row 0 comes after them. What the segments leave of n_timesteps is blank.
// A row has a label where an image is shown, at any contrast and with any noise; none where a mask, noise alone or nothing is.
//
// Errors: experiments.101 … experiments.104, those of Duration.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/experiments/protocol/segment.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

inline constexpr int no_label = -1;
inline constexpr int longest_trial = 1000000;  // [steps]

// A segment in its place: rows [begin, end).
struct Shown {
  Segment const* segment;
  int begin, end;
};

struct Schedule {
  std::optional<Duration> idle{};  // none: what the model is run with
  Duration n_timesteps = 1;
  std::vector<Segment> segments{};
  double non_input_value = 0;  // of a blank pixel

  bool operator==(Schedule const&) const = default;

  int idle_steps(double dt) const { return idle ? idle->steps(dt, "idle") : 0; }
  int steps(double dt) const {
    int const n = n_timesteps.steps(dt, "n_timesteps");
    if (n < 1 || n > longest_trial || idle_steps(dt) < 0 || idle_steps(dt) > longest_trial) {
      fail("experiments", 102,
           {"n_timesteps = ", n, " and idle = ", idle_steps(dt), ": expected 1 to ", longest_trial, " and 0 to ",
            longest_trial, " steps"});
    }
    return n;
  }

  // Segments one after the other, groups resolved, without those of no steps. They point into this schedule.
  std::vector<Shown> shown(double dt) const {
    Row row{dt, steps(dt)};
    row.add(segments, "");
    return std::move(row.all);
  }

  std::vector<Frame> frames(double dt) const {
    std::size_t const n_idle = static_cast<std::size_t>(idle_steps(dt));
    std::vector<Frame> all(n_idle + static_cast<std::size_t>(steps(dt)));
    int n_noise = 0;
    for (Shown const& one : shown(dt)) {
      for (int t = one.begin; t < one.end; ++t) {
        Frame& frame = all[n_idle + static_cast<std::size_t>(t)];
        frame = one.segment->frame(dt, n_noise, non_input_value == 0);
        if (frame.noise.type != NoiseType::none && frame.noise.temporal != Temporal::fixed) ++n_noise;
      }
    }
    return all;
  }

  std::vector<int> labels(double dt) const {
    std::vector<int> all(static_cast<std::size_t>(steps(dt)), no_label);
    for (Shown const& one : shown(dt)) {
      if (one.segment->show != Show::image) continue;
      std::fill(all.begin() + one.begin, all.begin() + one.end, one.segment->image);
    }
    return all;
  }

  // t_on: the first row that shows something; t_off: the first one after it that does not. steps(dt) where there is none.
  int onset(double dt) const {
    for (Shown const& one : shown(dt)) {
      if (one.segment->show != Show::blank) return one.begin;
    }
    return steps(dt);
  }
  int offset(double dt) const {
    int end = -1;
    for (Shown const& one : shown(dt)) {
      if (one.segment->show == Show::blank) continue;
      if (end >= 0 && one.begin > end) break;
      end = one.end;
    }
    return end < 0 ? steps(dt) : end;
  }
  // The largest k of the other images that are shown; 0: none.
  int other_images(double dt) const {
    int most = 0;
    for (Frame const& frame : frames(dt)) most = std::max(most, frame.image);
    return most;
  }

 private:
  struct Row {
    double dt;
    long n;  // rows
    std::vector<Shown> all{};
    long at = 0, last_onset = -1;  // rows that are taken; the onset of what was shown last

    void add(std::vector<Segment> const& segments, std::string const& within) {
      for (std::size_t i = 0; i < segments.size(); ++i) add(segments[i], within + number_text(i + 1));
    }
    void add(Segment const& s, std::string const& number) {
      if (s.left_out) return;
      for (int i = 0; i < s.repeat; ++i) {
        long const before = at;
        if (s.soa) {
          start_at(s, number, s.soa->steps(dt, "soa"));
        } else if (s.interval) {
          at += s.interval->steps(dt, "interval");
        }
        if (s.segments.empty()) {
          put(s, number);
        } else {
          add(s.segments, number + ".");
        }
        if (at == before) break;  // nothing, however often it is repeated
      }
    }
    void start_at(Segment const& s, std::string const& number, int soa) {
      if (last_onset < 0) {
        fail("experiments", 103,
             {"segment ", number, " (", s.text(), ") has an soa: expected a segment before it that shows something"});
      }
      if (last_onset + soa < at) {
        fail("experiments", 104,
             {"segment ", number, " (", s.text(), ") has an soa of ", soa, " steps: expected at least ",
              at - last_onset, ", the length of what is shown before"});
      }
      at = last_onset + soa;
    }
    void put(Segment const& s, std::string const& number) {
      long const end = s.to_the_end ? std::max(at, n) : at + s.duration.steps(dt, "steps");
      if (end > n) {
        fail("experiments", 101,
             {"segment ", number, " (", s.text(), ") ends after ", end, " steps, n_timesteps is ", n, ": ", end - n,
              end - n == 1 ? " step is" : " steps are", " missing"});
      }
      if (end == at) return;
      if (s.show != Show::blank) last_onset = at;
      all.push_back({&s, static_cast<int>(at), static_cast<int>(end)});
      at = end;
    }
  };
};

}  // namespace dynvision::experiments
