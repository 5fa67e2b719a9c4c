// The images of a study, as its settings name them (data/data_settings.hpp).
//
//   auto const [train, validation] = training_images({.data_name = "fashion_mnist", .validation_images = 1000});
//   Images const test = test_images(settings);
//   Tensor const images = read_images("new.npy", settings);                          (N,C,H,W), without labels
//
// A data_name that is known below brings its files' form, its statistics and its groups of classes; any other one, and those
// that have no form here (cifar10, imagenette, ...), are files of one's own at data_path (data/own_images.hpp). Statistics are
// those of the Python toolbox; images of a name that is not in the table are not normalised unless `normalize` says how.
//
// Errors: data.158, data.159, data.161 … data.164, and those of the parts.
#pragma once
#include <dynvision/data/batches.hpp>
#include <dynvision/data/class_group.hpp>
#include <dynvision/data/data_settings.hpp>
#include <dynvision/data/fashion_mnist.hpp>
#include <dynvision/data/mnist.hpp>
#include <dynvision/data/own_images.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct KnownDataSet {
  std::string_view name;
  Normalisation statistics{};
  std::vector<std::pair<std::string_view, std::string_view>> groups{};  // name, classes
};

inline std::vector<KnownDataSet> known_data_sets() {
  Normalisation const cifar{{0.5071, 0.4867, 0.4408}, {0.2675, 0.2565, 0.2761}};
  Normalisation const imagenet{{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
  return {{"fashion_mnist", {{0.2860}, {0.3530}}, {}},
          {"mnist", {{0.1307}, {0.3081}}, {{"01", "0,1"}, {"38", "3,8"}, {"89", "8,9"}}},
          {"cifar10", cifar, {}},
          {"cifar100", cifar, {}},
          {"tinyimagenet", imagenet, {}},
          {"imagenette", imagenet, {}},
          {"imagenet", imagenet, {}},
          {"snakenet", imagenet, {}}};
}

namespace data_set {

inline KnownDataSet known(std::string const& name) {
  for (KnownDataSet& one : known_data_sets()) {
    if (one.name == name) return one;
  }
  return {name, {}, {}};
}

// (p - mean)/std of each channel, in place.
inline void normalise(Tensor const& images, Normalisation const& numbers) {
  if (numbers.mean.empty() && numbers.std.empty()) return;
  auto const n_channels = static_cast<std::size_t>(images.size(1));
  auto const fits = [&](std::vector<double> const& all) { return all.size() == 1 || all.size() == n_channels; };
  if (!fits(numbers.mean) || !fits(numbers.std)) {
    fail("data", 158,
         {"normalize: expected one mean and one std, or as many as channels (", n_channels, "), found ",
          numbers.mean.size(), " and ", numbers.std.size()});
  }
  for (std::size_t c = 0; c < n_channels; ++c) {
    double const mean = numbers.mean[numbers.mean.size() == 1 ? 0 : c],
                 std = numbers.std[numbers.std.size() == 1 ? 0 : c];
    if (!(std > 0) || !std::isfinite(std) || !std::isfinite(mean)) {
      fail("data", 159, {"normalize: expected finite means and std > 0, found ", mean, " and ", std});
    }
    images.select(1, static_cast<std::int64_t>(c)).sub_(mean).div_(std);
  }
}

inline Normalisation statistics_of(DataSettings const& settings) {
  bool const given = !settings.normalize.mean.empty() || !settings.normalize.std.empty();
  return given ? settings.normalize : known(settings.data_name).statistics;
}

// All images of a part, normalised; part: "train" | "test".
inline Images all_of(DataSettings const& settings, std::string const& part) {
  if (settings.pixel_range != "0-1" && settings.pixel_range != "0-255") {
    std::vector<std::string_view> const ranges{"0-1", "0-255"};
    fail("data", 161, {"pixel_range \"", settings.pixel_range, "\": ", expected_one_of(settings.pixel_range, ranges)});
  }
  Normalisation const numbers = statistics_of(settings);
  bool const divide = settings.pixel_range == "0-1";
  auto const of_idx = [&](IdxSet set) {
    if (!divide || numbers.mean.size() != 1 || numbers.std.size() != 1) {
      fail("data", 158,
           {"normalize: expected one mean and one std of grey pixels in 0-1, found ", numbers.mean.size(), " and ",
            numbers.std.size(), " with pixel_range ", settings.pixel_range});
    }
    set.mean = static_cast<float>(numbers.mean[0]), set.standard_deviation = static_cast<float>(numbers.std[0]);
    return set.load(part == "test" ? "t10k" : "train");
  };
  if (settings.data_name == "fashion_mnist") {
    FashionMnist files;
    if (!settings.data_path.empty()) files.folder = settings.data_path;
    return of_idx(files.set());
  }
  if (settings.data_path.empty()) {
    std::vector<std::string> names;
    for (KnownDataSet const& one : known_data_sets()) names.emplace_back(one.name);
    fail("data", 162,
         {"data_name \"", settings.data_name, "\" without a data_path: ", expected_one_of(settings.data_name, names),
          "; only the files of fashion_mnist are found by themselves, those of others need data_path"});
  }
  if (settings.data_name == "mnist") return of_idx(Mnist{settings.data_path}.set());
  Images set = read_own_images(settings.data_path, part, divide);
  normalise(set.images, numbers);
  return set;
}

inline Images group_of(Images set, DataSettings const& settings) {
  if (settings.data_group == "all" || settings.data_group.empty()) return set;
  KnownDataSet const about = known(settings.data_name);
  for (auto const& [name, classes] : about.groups) {
    if (settings.data_group == name) return images_of_classes(set, own_images::words_of(classes));
  }
  return images_of_classes(set, own_images::words_of(settings.data_group));
}

inline Images part_of(DataSettings const& settings, std::string const& part) {
  return group_of(all_of(settings, part), settings);
}

}  // namespace data_set

struct TrainingImages {
  Images train, validation;
};

namespace data_set {

// In training and validation.
inline TrainingImages divided(Images all, DataSettings const& settings) {
  std::int64_t const n = all.size(), n_given = settings.validation_images;
  if (n_given < 0 || n_given >= n) {
    fail("data", 163, {"validation_images: expected 0 ... ", n - 1, " of ", n, " training images, found ", n_given});
  }
  if (n_given == 0 && settings.train_ratio == 1) return {std::move(all), {}};
  double const ratio = n_given > 0 ? static_cast<double>(n_given) / static_cast<double>(n) : 1 - settings.train_ratio;
  auto [validation, train] = split(all, ratio, settings.seed);
  if (settings.images_per_epoch < 0 || settings.images_per_epoch > train.size()) {
    fail("data", 164,
         {"images_per_epoch: expected 0 ... ", train.size(), ", the images for training, found ",
          settings.images_per_epoch});
  }
  return {std::move(train), std::move(validation)};
}

}  // namespace data_set

inline TrainingImages training_images(DataSettings const& settings) {
  return data_set::divided(data_set::part_of(settings, "train"), settings);
}

inline Images test_images(DataSettings const& settings) {
  Images all = data_set::part_of(settings, "test");
  return settings.test_images == 0 ? all : subset(all, settings.test_images);
}

// Images without labels, treated as those of the study: IDX, NPY, or the tensor `images` (or the only one) of another file.
inline Tensor read_images(std::filesystem::path const& path, DataSettings const& settings) {
  InputFile const file(path);
  unsigned char start[4]{};
  file.read(0, start, std::min<std::uint64_t>(file.size(), sizeof start));
  bool const gz = start[0] == 0x1F && start[1] == 0x8B;
  bool const idx = gz || (start[0] == 0 && start[1] == 0 && start[2] >= 8 && start[2] <= 0xE);
  Tensor raw;
  if (idx) {
    raw = read_idx(path);
  } else {
    TensorMap const tensors = read_tensors(path);
    if (!tensors.contains("images") && tensors.size() != 1) {
      fail("data", 152, {path.string(), ": expected a tensor images, or one alone, found ", tensors.size()});
    }
    raw = tensors.contains("images") ? tensors["images"] : tensors.begin()->second;
  }
  Tensor images = own_images::as_images(raw, path.string(), settings.pixel_range == "0-1");
  if (images.is_same(raw)) images = images.clone();
  data_set::normalise(images, data_set::statistics_of(settings));
  return images;
}

}  // namespace dynvision
