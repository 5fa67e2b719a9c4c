// Schedules in text, for a terminal.
//
//   schedule_words(s, 2)      "void 1 step (2 ms), image 5 steps (10 ms), void 24 steps (48 ms)"
//   schedule_line(s, 2, 1)    ".#####........................"        one character for each step, or for several
//
//   .  nothing    #  image    +  image at a lower contrast    ~  image with noise    %  image in part occluded
//   o  another image    n  noise alone
#pragma once
#include <dynvision/experiments/protocol/condition.hpp>

#include <string>
#include <vector>

namespace dynvision::experiments {

// "5 steps (10 ms)"
inline std::string steps_and_ms(int n, double dt) {
  return number_text(n) + (n == 1 ? " step (" : " steps (") + number_text(n * dt) + " ms)";
}

inline char sign_of(Frame const& frame) {
  if (frame.is_blank()) return '.';
  if (frame.show == Show::noise) return 'n';
  if (frame.image > 0) return 'o';
  if (frame.noise.shows()) return '~';
  if (frame.occlusion.fraction > 0) return '%';
  return frame.contrast == 1 ? '#' : '+';
}

inline std::string sign_words(std::string_view signs) {
  constexpr std::pair<char, std::string_view> words[]{{'.', "nothing"},
                                                      {'#', "image"},
                                                      {'+', "image at another contrast"},
                                                      {'~', "image with noise"},
                                                      {'%', "image in part occluded"},
                                                      {'o', "image of another class"},
                                                      {'n', "noise alone"}};
  std::string all;
  for (auto const& [sign, word] : words) {
    if (signs.find(sign) != signs.npos)
      all += (all.empty() ? "" : "   ") + std::string(1, sign) + " " + std::string(word);
  }
  return all;
}

// A run of frames that show the same kind of thing: recorded rows [begin, end).
struct Stretch {
  Frame frame{};
  int begin = 0, end = 0;
};

// Rows of a schedule, without its idle steps; noise that changes from frame to frame is one stretch.
inline std::vector<Stretch> stretches_of(Schedule const& schedule, double dt) {
  std::vector<Stretch> all;
  std::vector<Frame> const frames = schedule.frames(dt);
  int const n_idle = schedule.idle_steps(dt);
  for (std::size_t t = static_cast<std::size_t>(n_idle); t < frames.size(); ++t) {
    Frame now = frames[t];
    now.noise_frame = 0;
    int const row = static_cast<int>(t) - n_idle;
    if (all.empty() || !(all.back().frame == now)) all.push_back({now, row, row});
    all.back().end = row + 1;
  }
  return all;
}

inline std::string frame_words(Frame const& f) {
  if (f.is_blank()) return "void";
  std::string all = f.show == Show::noise ? "noise" : f.image > 0 ? "image of another class" : "image";
  if (f.contrast != 1) all += " at contrast " + number_text(f.contrast);
  if (f.occlusion.fraction > 0) all += " occluded by " + number_text(f.occlusion.fraction);
  if (!(f.shift == Shift{})) all += " shifted by " + number_text(f.shift.dy) + "," + number_text(f.shift.dx);
  if (f.noise.shows()) {
    std::string const kind = std::string(temporal_modes[static_cast<std::size_t>(f.noise.temporal)]) + " " +
                             std::string(noise_types[static_cast<std::size_t>(f.noise.type)]);
    all += f.show == Show::noise ? " (" + kind + ")" : " with " + kind + " noise at ssnr " + number_text(f.noise.ssnr);
  }
  return all;
}

inline std::string schedule_words(Schedule const& schedule, double dt) {
  std::string all;
  for (Stretch const& one : stretches_of(schedule, dt)) {
    all += (all.empty() ? "" : ", ") + frame_words(one.frame) + " " + steps_and_ms(one.end - one.begin, dt);
  }
  return all;
}

// A character for every `each` steps: of the first of them that shows something.
inline std::string schedule_line(Schedule const& schedule, double dt, int each) {
  int const n = schedule.steps(dt);
  std::string line(static_cast<std::size_t>((n + each - 1) / each), '.');
  for (Stretch const& one : stretches_of(schedule, dt)) {
    for (int t = one.begin; t < one.end; ++t) {
      char& sign = line[static_cast<std::size_t>(t / each)];
      if (sign == '.') sign = sign_of(one.frame);
    }
  }
  return line;
}

}  // namespace dynvision::experiments
