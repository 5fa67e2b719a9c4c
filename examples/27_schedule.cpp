// A schedule as a value: what is shown, step by step, and its pixels.
//
//   cmake --build build --target example.27_schedule && build/examples/27_schedule
#include <dynvision/core/ops.hpp>
#include <dynvision/experiments/drawing/schedule_text.hpp>
#include <dynvision/experiments/protocol/render.hpp>

#include <cstdio>

using namespace dynvision;
using namespace dynvision::experiments;

int main() {
  // [schedule]
  Schedule const masked{
      .idle = Duration(20),
      .n_timesteps = Duration::of_ms(60),
      .segments = {{.duration = 1},
                   {.show = Show::image, .duration = 4, .noise = {.type = NoiseType::gaussian, .ssnr = 0.5}},
                   {.show = Show::mask, .duration = 5, .soa = Duration(8)}}};
  double const dt = 2;                                  // [ms]
  std::vector<Frame> const frames = masked.frames(dt);  // 20 idle ones, then 30
  std::vector<int> const labels = masked.labels(dt);    // 30: 0 where the sample is shown, else -1

  Tensor const images = randn({2, 3, 32, 32}), others = randn({2, 3, 32, 32});  // (B,C,H,W)
  Tensor const pixels = zeros({2, 3, 32, 32});
  render(frames[21], {.images = images, .others = {others}}, pixels);  // row 1: image with noise
  // [/schedule]
  std::printf("%s\n%s\n", schedule_line(masked, dt, 1).c_str(), schedule_words(masked, dt).c_str());
  bool const right = frames.size() == 50 && labels[1] == 0 && labels[9] == no_label && !pixels.equal(images);
  return right ? 0 : 1;
}
