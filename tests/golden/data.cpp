// Noise and loaders of the Python toolbox, from the same random numbers: its own generator is LibTorch's.
//
// covers: experiments/noise/add_noise.hpp experiments/noise/phase_scrambling.hpp experiments/noise/spatial_correlation.hpp
// covers: experiments/noise/statistics.hpp experiments/protocol/loader.hpp experiments/protocol/stimulus_settings.hpp
#include <dynvision/experiments/noise/add_noise.hpp>
#include <dynvision/experiments/protocol/loader.hpp>

#include <ATen/Context.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/poisson.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>

#include "judgement.hpp"

using namespace dynvision;
using namespace dynvision::experiments;
using golden::Json;
using golden::relative_error;
using golden::unknown;

namespace {

// The toolbox's draws: whole tensors from the global generator.
struct ToolboxDraws {
  static void take(Tensor const& from, float* to) {
    std::copy_n(from.contiguous().const_data_ptr<float>(), from.numel(), to);
  }
  void normal(std::int64_t, std::int64_t n, std::int64_t each, float* to) { take(at::randn({n * each}), to); }
  void uniform(std::int64_t, std::int64_t n, std::int64_t each, float* to) { take(at::rand({n * each}), to); }
  void poisson(std::int64_t, std::int64_t n, std::int64_t each, double const* mean, double* to) {
    Tensor const rates = at::empty({n * each}, at::kFloat);
    for (std::int64_t i = 0; i < n * each; ++i) rates.mutable_data_ptr<float>()[i] = static_cast<float>(mean[i]);
    Tensor const q = at::poisson(rates);
    for (std::int64_t i = 0; i < n * each; ++i) to[i] = static_cast<double>(q.const_data_ptr<float>()[i]);
  }
};

Block block_of(Tensor const& x) { return {x.size(0), x.size(1), x.size(2), x.size(3)}; }

std::vector<double> numbers(Tensor const& x) {
  Tensor const all = x.to(at::kDouble).contiguous();
  return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}
Tensor tensor(std::vector<double> const& x, Tensor const& like) {
  Tensor const all = at::empty(like.sizes(), at::kDouble);
  std::copy(x.begin(), x.end(), all.mutable_data_ptr<double>());
  return all;
}
double variance(Tensor const& x) { return statistics_of(numbers(x)).variance; }

bool is_of(golden::File const& file, std::string const& kind) { return file.name.starts_with(kind); }

std::vector<golden::File> data_files(std::string const& kind) {
  std::vector<golden::File> all;
  for (auto const& path : golden::files("data")) {
    if (path.stem().string().starts_with(kind)) all.emplace_back(path);
  }
  return all;
}

Noise noise_of_file(golden::File const& file) {
  Noise noise{.power = NoisePower::batch};
  std::string const kind = file.name.substr(6);
  for (std::size_t i = 1; i < noise_types.size(); ++i) {
    if (kind.starts_with(noise_types[i]) || (kind.starts_with("phase") && noise_types[i] == "phasescrambled")) {
      noise.type = static_cast<NoiseType>(i);
    }
  }
  if (noise.type == NoiseType::none) unknown(file.name + ": no noise of this name");
  for (auto const& [key, value] : file.config.at("extra").items()) {
    if (key == "salt_vs_pepper") {
      noise.salt_vs_pepper = value;
    } else if (key == "spatially_correlated") {
      noise.spatially_correlated = value;
    } else if (key == "correlation_kernel_size") {
      noise.correlation_kernel_size = value;
    } else if (key == "use_image_spectrum") {
      noise.use_image_spectrum = value;
    } else if (key == "spectral_exponent") {
      noise.spectral_exponent = value;
    } else {
      unknown(file.name + ": option \"" + key + "\"");
    }
  }
  return noise;
}

// The toolbox's symmetrisation, which leaves the first row and column as they are.
void toolbox_symmetry(std::vector<Complex>& z, std::int64_t h, std::int64_t w) {
  auto const at = [&](std::int64_t i, std::int64_t j) -> Complex& { return z[static_cast<std::size_t>(i * w + j)]; };
  at(0, 0) = at(0, 0).real();
  if (h % 2 == 0) at(h / 2, 0) = at(h / 2, 0).real();
  if (h % 2 == 0 && w % 2 == 0) at(h / 2, w / 2) = at(h / 2, w / 2).real();
  if (w % 2 == 0) at(0, w / 2) = at(0, w / 2).real();
  for (std::int64_t i = 1; i < h; ++i) {
    for (std::int64_t j = 1; j < w; ++j) {
      if (!(i < h / 2 || (i == h / 2 && j <= w / 2))) continue;
      std::int64_t const k = (h - i) % h, l = (w - j) % w;
      if (k != i || l != j) at(k, l) = std::conj(at(i, j));
    }
  }
}

// The toolbox's pattern, with its offset: of the library's parts, but for the symmetry.
std::vector<double> toolbox_phase_pattern(Noise const& noise, Block const& b, std::vector<double> const& x,
                                          double power) {
  ToolboxDraws draws;
  auto const plane = static_cast<std::size_t>(b.plane());
  std::vector<double> amplitude = power_law(b.height, b.width, noise.spectral_exponent);
  amplitude[0] = std::pow(1e-8, noise.spectral_exponent / 2);
  if (noise.use_image_spectrum) {
    std::fill(amplitude.begin(), amplitude.end(), 0.0);
    for (std::size_t i = 0; i < x.size(); i += plane)
      add_amplitudes(std::span(x).subspan(i, plane), b.height, b.width, amplitude);
    for (double& a : amplitude) a /= static_cast<double>(b.n * b.channels);
  }
  std::vector<double> pattern;
  std::vector<float> first(plane), second(plane);
  for (std::int64_t i = 0; i < b.n * b.channels; ++i) {
    std::vector<Complex> z;
    if (noise.use_image_spectrum) {
      draws.uniform(0, 1, b.plane(), first.data());
      z = spectrum_of_phases(amplitude, first);
    } else {
      draws.normal(0, 1, b.plane(), first.data());
      draws.normal(0, 1, b.plane(), second.data());
      z = spectrum_of_normal(amplitude, first, second);
    }
    toolbox_symmetry(z, b.height, b.width);
    transform_plane(z, b.height, b.width, false);
    for (Complex const& c : z) pattern.push_back(c.real());
  }
  double const scale = std::sqrt(power / statistics_of(pattern).variance);
  for (double& p : pattern) p *= scale;
  return pattern;
}

}  // namespace

TEST_CASE("golden: noise", "[golden][data]") {
  for (golden::File const& file : data_files("noise_")) {
    if (is_of(file, "noise_temporal")) continue;
    INFO(file.name);
    Noise noise = noise_of_file(file);
    Tensor const images = file.stored("images");
    CHECK(std::abs(variance(images) - file.stored("signal_var").item<double>()) < 1e-6 * variance(images));
    for (Json const& call : file.config.at("calls")) {
      auto const tag = call.at("tag").get<std::string>();
      INFO(tag);
      at::manual_seed(call.at("seed").get<std::uint64_t>());
      noise.ssnr = call.at("ssnr");
      CHECK(std::abs(noise.snr() / call.at("snr").get<double>() - 1) < 1e-12);
      std::vector<double> x = numbers(images), pattern;
      if (noise.type == NoiseType::phasescrambled) {
        pattern = toolbox_phase_pattern(noise, block_of(images), x, variance(images) / noise.snr());
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += pattern[i];
      } else {
        ToolboxDraws draws;
        pattern = add_noise(noise, block_of(images), draws, x);
      }
      Tensor const out = tensor(x, images);
      CHECK(relative_error(out, file.stored(tag + ".out")) < 2e-5);
      double const var = file.stored(tag + ".noise_var").item<double>();
      CHECK(std::abs(variance(out.sub(images)) - var) < 1e-4 * var);
      if (file.contains(tag + ".state.noise_pattern")) {
        CHECK(relative_error(tensor(pattern, images), file.stored(tag + ".state.noise_pattern")) < 2e-5);
      } else {
        Tensor const mask = file.stored(tag + ".state.noise_mask"), salt = file.stored(tag + ".state.salt_mask");
        Statistics const s = statistics_of(numbers(images));
        std::vector<double> const masked = numbers(mask), salted = numbers(salt), before = numbers(images);
        for (std::size_t i = 0; i < x.size(); ++i) {
          CHECK(x[i] == (masked[i] == 0 ? before[i] : salted[i] != 0 ? s.largest : s.least));
        }
      }
    }
    at::manual_seed(42);
    CHECK(at::rand(file.stored("stream_rand_seed42").sizes()).equal(file.stored("stream_rand_seed42")));
    at::manual_seed(42);
    CHECK(at::randn(file.stored("stream_randn_seed42").sizes()).equal(file.stored("stream_randn_seed42")));
    CHECK(file.never_read().empty());
  }
}

TEST_CASE("golden: noise over time", "[golden][data]") {
  for (golden::File const& file : data_files("noise_temporal")) {
    INFO(file.name);
    Tensor const images = file.stored("images");  // (B,T,C,H,W)
    auto const steps_of = [&](std::string const& name, NoiseType type, std::uint64_t seed, bool fixed, bool again) {
      if (!file.contains(name)) return;
      Noise const noise{.type = type, .ssnr = file.config.at("ssnr"), .power = NoisePower::batch};
      Tensor const expected = file.stored(name);
      at::manual_seed(seed);
      Tensor out;
      for (std::int64_t t = 0; t < images.size(1); ++t) {
        if (!fixed || t == 0) {
          if (again) at::manual_seed(seed);  // a seed that is given is that of every step
          ToolboxDraws draws;
          Tensor const now = images.select(1, t);
          std::vector<double> x = numbers(now);
          add_noise(noise, block_of(now), draws, x);
          out = tensor(x, now);
        }
        CHECK(relative_error(out, expected.select(1, t)) < 2e-5);
      }
    };
    steps_of("uniform_dynamic_globalseed11", NoiseType::uniform, 11, false, false);
    steps_of("gaussian_dynamic_globalseed11", NoiseType::gaussian, 11, false, false);
    steps_of("uniform_static_globalseed11", NoiseType::uniform, 11, true, false);
    steps_of("uniform_dynamic_seed11", NoiseType::uniform, 11, false, true);
    CHECK(file.never_read().empty());
  }
}

TEST_CASE("golden: symmetry of a spectrum", "[golden][data]") {
  for (golden::File const& file : data_files("hermitian_symmetry")) {
    for (std::string const& name : file.names("in_re_")) {
      INFO(name);
      std::string const size = name.substr(6);
      Tensor const re = file.stored(name), im = file.stored("in_im_" + size);
      std::int64_t const h = re.size(0), w = re.size(1);
      std::vector<double> const a = numbers(re), b = numbers(im);
      std::vector<Complex> theirs(a.size());
      for (std::size_t i = 0; i < a.size(); ++i) theirs[i] = {a[i], b[i]};
      std::vector<Complex> ours = theirs;
      toolbox_symmetry(theirs, h, w);
      std::vector<double> const x = numbers(file.stored("out_re_" + size)), y = numbers(file.stored("out_im_" + size));
      for (std::size_t i = 0; i < theirs.size(); ++i) CHECK(theirs[i] == Complex(x[i], y[i]));
      // The library's is exact, and has no offset.
      std::vector<double> amplitude;
      for (Complex const& z : ours) amplitude.push_back(std::abs(z));
      make_hermitian(ours, h, w);
      CHECK(ours[0] == Complex(0));
      for (std::int64_t i = 1; i < h * w; ++i) {
        std::int64_t const opposite = (h - i / w) % h * w + (w - i % w) % w;
        CHECK(ours[static_cast<std::size_t>(opposite)] == std::conj(ours[static_cast<std::size_t>(i)]));
        auto const least = static_cast<std::size_t>(std::min(i, opposite));
        CHECK(std::abs(std::abs(ours[static_cast<std::size_t>(i)]) - amplitude[least]) < 1e-12);
      }
      transform_plane(ours, h, w, false);
      for (Complex const& z : ours) CHECK(std::abs(z.imag()) < 1e-12);
    }
    CHECK(file.never_read().empty());
  }
}

TEST_CASE("golden: loaders", "[golden][data]") {
  for (golden::File const& file : data_files("loader_")) {
    INFO(file.name);
    StimulusSettings s{.data_loader = file.config.at("cls").get<std::string>()};
    if (s.data_loader != "StandardDataLoader") s.data_loader.resize(s.data_loader.size() - 10);  // DataLoader
    double blank = 0;
    std::int64_t no_label_index = -1;
    for (auto const& [key, value] : file.config.at("args").items()) {
      if (key == "n_timesteps") {
        s.data_timesteps = value.get<int>();
      } else if (key == "stimulus_duration") {
        s.stimulus_duration = value.get<int>();
      } else if (key == "intro_duration") {
        s.intro_duration = value.get<int>();
      } else if (key == "interval_duration") {
        s.interval_duration = value.get<int>();
      } else if (key == "stimulus_contrast") {
        s.stimulus_contrast = value;
      } else if (key == "noise_type") {
        s.noise_type = value;
      } else if (key == "ssnr") {
        s.ssnr = value;
      } else if (key == "temporal_mode") {
        s.temporal_mode = value;
      } else if (key == "non_input_value") {
        blank = value;
      } else if (key == "non_label_index") {
        no_label_index = value;
      } else if (key != "dtype" && key != "noise_void") {
        unknown(file.name + ": option \"" + key + "\"");
      }
    }
    s.noise_power = "batch";
    Schedule const schedule = schedule_of(s);
    std::vector<Frame> const frames = schedule.frames(2);
    std::vector<int> const labels = schedule.labels(2);
    Tensor const images = file.stored("dataset_images"), classes = file.stored("dataset_labels");
    bool const half = file.config.value("data_dtype", std::string()) == "torch.float16";
    if (file.config.contains("global_seed")) {
      at::manual_seed(file.config.at("global_seed").get<std::uint64_t>());
      at::rand({2});  // its iterator takes two
    }
    std::int64_t const batch = file.config.at("batch_size");
    for (std::int64_t first = 0; first < images.size(0); first += batch) {
      std::string const name = "batch" + std::to_string(first / batch);
      Tensor const data = file.stored(name + ".data"), theirs = file.stored(name + ".labels");
      Tensor const own = images.narrow(0, first, batch);
      REQUIRE(data.size(1) == static_cast<std::int64_t>(frames.size()));
      Tensor noisy;
      int voids = 0, gaps = 0;
      Frame const* last = nullptr;
      for (std::size_t t = 0; t < frames.size(); ++t) {
        Frame const& frame = frames[t];
        auto const step = static_cast<std::int64_t>(t);
        Tensor shown = half ? own.to(at::kHalf).to(at::kFloat) : own;
        if (frame.is_blank()) {
          shown = at::empty_like(own).fill_(blank);
          gaps += last == nullptr || !last->is_blank() ? 1 : 0, ++voids;
        } else if (frame.noise.shows()) {
          if (last == nullptr || !(frame == *last)) {
            ToolboxDraws draws;
            std::vector<double> x = numbers(own);
            add_noise(frame.noise, block_of(own), draws, x);
            noisy = tensor(x, own);
          }
          shown = noisy;
        } else {
          shown = shown.mul(frame.contrast);
        }
        last = &frame;
        CHECK(relative_error(shown, data.select(1, step), golden::largest(data)) < 1e-6);
        for (std::int64_t b = 0; b < batch; ++b) {
          std::int64_t const expected =
              labels[t] == no_label ? no_label_index : classes[first + b].item<std::int64_t>();
          CHECK(theirs[b][step].item<std::int64_t>() == expected);
        }
      }
      // Blanks get noise of no power there, and numbers are drawn for it.
      if (s.data_loader != "StimulusNoise" || s.ssnr == 1) continue;
      for (int i = 0; i < (s.temporal_mode == "static" ? gaps : voids); ++i)
        s.noise_type == "gaussian" ? at::randn(own.sizes()) : at::rand(own.sizes());
    }
    CHECK(file.never_read().empty());
  }
}
