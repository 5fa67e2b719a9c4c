// covers: experiments/protocol/duration.hpp experiments/protocol/frame.hpp experiments/protocol/segment.hpp
// covers: experiments/drawing/schedule_text.hpp experiments/drawing/schedule_drawing.hpp
// covers: experiments/protocol/condition.hpp experiments/protocol/experiment.hpp experiments/noise/noise.hpp
#include <dynvision/experiments/drawing/schedule_drawing.hpp>
#include <dynvision/experiments/protocol/experiment.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <unordered_set>

using namespace dynvision;
using namespace dynvision::experiments;
using Catch::Matchers::ContainsSubstring;

namespace {

std::size_t distinct(std::vector<Frame> const& frames) {
  return std::unordered_set<Frame>(frames.begin(), frames.end()).size();
}

}  // namespace

TEST_CASE("A schedule is a frame for each step, idle ones first", "[experiments][schedule]") {
  Schedule const s{.idle = Duration(20),
                   .n_timesteps = 30,
                   .segments = {{.duration = 1}, {.show = Show::image, .duration = 20, .contrast = 0.5}}};
  std::vector<Frame> const frames = s.frames(2);
  REQUIRE(frames.size() == 50);
  for (std::size_t t = 0; t < 50; ++t) {
    CHECK(frames[t].show == (t >= 21 && t < 41 ? Show::image : Show::blank));
    CHECK(frames[t].contrast == (t >= 21 && t < 41 ? 0.5 : 1));
  }
  CHECK(distinct(frames) == 2);
  CHECK(s.onset(2) == 1);
  CHECK(s.offset(2) == 21);
  std::vector<int> const labels = s.labels(2);
  REQUIRE(labels.size() == 30);
  for (int t = 0; t < 30; ++t) CHECK(labels[static_cast<std::size_t>(t)] == (t >= 1 && t < 21 ? 0 : no_label));
}

TEST_CASE("Durations are steps or ms", "[experiments][schedule]") {
  Schedule const s{
      .idle = Duration::of_ms(40),
      .n_timesteps = Duration::of_ms(60),
      .segments = {{.duration = Duration::of_ms(2)}, {.show = Show::image, .duration = Duration::of_ms(10)}}};
  CHECK(s.frames(2).size() == 50);
  CHECK(s.offset(2) == 6);
  CHECK(s.frames(0.5).size() == 200);
  CHECK_THROWS_WITH(s.frames(4), ContainsSubstring("expected 0 or 4 ms"));
}

TEST_CASE("Groups are repeated, intervals and onsets are blank steps between", "[experiments][schedule]") {
  Schedule train{.n_timesteps = 80,
                 .segments = {{.duration = 1},
                              {.repeat = 6, .segments = {{.show = Show::image, .duration = 5}, {.duration = 8}}}}};
  std::vector<Shown> const all = train.shown(2);
  REQUIRE(all.size() == 13);
  CHECK(all.back().end == 79);
  CHECK(all[11].begin == 66);
  CHECK(train.offset(2) == 6);

  Schedule mask{.n_timesteps = 40,
                .segments = {{.duration = 1},
                             {.show = Show::image, .duration = 2},
                             {.show = Show::mask, .duration = 5, .soa = Duration(8)}}};
  CHECK(mask.shown(2).back().begin == 9);
  CHECK(mask.labels(2)[9] == no_label);
  CHECK(mask.frames(2)[9] == Frame{.show = Show::image, .image = 1});
  CHECK(mask.other_images(2) == 1);
  mask.segments.back().soa = Duration(1);
  CHECK_THROWS_WITH(mask.frames(2), ContainsSubstring("expected at least 2"));
  mask.segments.back().left_out = true;
  CHECK(mask.shown(2).size() == 2);
  mask.segments = {{.show = Show::mask, .duration = 5, .soa = Duration(8)}};
  CHECK_THROWS_WITH(mask.frames(2), ContainsSubstring("experiments.103"));

  Schedule probe{.n_timesteps = 80,
                 .segments = {{.show = Show::image, .duration = 20},
                              {.show = Show::image, .duration = 5, .interval = Duration(4)}}};
  CHECK(probe.shown(2).back().begin == 24);
  CHECK(probe.offset(2) == 20);
}

TEST_CASE("Segments that do not fit are named, with the missing steps", "[experiments][schedule]") {
  Schedule const s{.n_timesteps = 40,
                   .segments = {{.duration = 1}, {.repeat = 3, .segments = {{.show = Show::image, .duration = 15}}}}};
  CHECK_THROWS_WITH(s.frames(2), ContainsSubstring("segment 2.1 (image, 15 steps) ends after 46 steps") &&
                                     ContainsSubstring("6 steps are missing"));
  CHECK_THROWS_WITH(Schedule{.n_timesteps = 0}.frames(2), ContainsSubstring("experiments.102"));
  Schedule const nothing{.n_timesteps = 2, .segments = {{.repeat = 2000000000, .segments = {{.duration = 0}}}}};
  CHECK(distinct(nothing.frames(2)) == 1);
}

TEST_CASE("Frames say nothing that has no effect", "[experiments][schedule]") {
  Noise const dynamic{.type = NoiseType::uniform, .ssnr = 0.4};
  auto const one = [](Segment const& s) { return Schedule{.n_timesteps = s.duration, .segments = {s}}.frames(2); };
  CHECK(distinct(one({.show = Show::image, .duration = 5, .noise = dynamic})) == 5);
  Noise fixed = dynamic;
  fixed.temporal = Temporal::fixed;
  CHECK(distinct(one({.show = Show::image, .duration = 5, .noise = fixed})) == 1);
  Noise clean = dynamic;
  clean.ssnr = 1;
  CHECK(one({.show = Show::image, .duration = 5, .noise = clean}) == one({.show = Show::image, .duration = 5}));
  CHECK(one({.show = Show::image, .duration = 5, .contrast = 0}) == one({.duration = 5}));
  CHECK(one({.duration = 5, .noise = dynamic, .shift = {1, 1}}) == one({.duration = 5}));
  CHECK(one({.show = Show::image, .duration = 5, .occlusion = {.fraction = 0, .seed = 3}}) ==
        one({.show = Show::image, .duration = 5}));
  Noise other = dynamic;
  other.seed = 1;
  CHECK(one({.show = Show::image, .duration = 1, .noise = dynamic}) !=
        one({.show = Show::image, .duration = 1, .noise = other}));
}

TEST_CASE("A schedule is drawn", "[experiments][schedule]") {
  Schedule const s{.idle = Duration(3),
                   .n_timesteps = 10,
                   .segments = {{.duration = 1},
                                {.show = Show::image, .duration = 2, .noise = {.type = NoiseType::uniform}},
                                {.show = Show::mask, .duration = 3, .interval = Duration(1)}}};
  CHECK(schedule_line(s, 2, 1) == ".~~.ooo...");
  CHECK(schedule_line(s, 2, 3) == "~oo.");
  CHECK(schedule_words(s, 2) ==
        "void 1 step (2 ms), image with dynamic uniform noise at ssnr 0.5 2 steps (4 ms), void 1 step (2 ms), image of "
        "another class 3 steps (6 ms), void 3 steps (6 ms)");
  Experiment const e{.name = "a<b", .parameter = "soa", .conditions = {{.parameter_value = "4", .schedule = s}}};
  CHECK_THAT(draw(e, 2),
             ContainsSubstring("a&lt;b") && ContainsSubstring(">soa</text>") && ContainsSubstring(">4</text>"));
}
