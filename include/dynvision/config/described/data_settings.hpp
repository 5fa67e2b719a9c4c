// What a configuration says of images: DataSettings.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/kwargs.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/data/data_settings.hpp>
#include <dynvision/rate/data/named_tasks.hpp>

namespace dynvision::config {

// The toolbox's pair of lists: [[0.286], [0.353]]; null: those of the data set.
template <> struct Codec<Normalisation> {
  static constexpr bool takes_list = true, takes_object = false;
  static std::string type() { return "[list of means, list of deviations], or null"; }
  static std::optional<Refusal> read(Value const& value, Normalisation& to, NumberRange const& range) {
    if (value.is_null()) return to = {}, std::nullopt;
    std::vector<std::vector<double>> both;
    if (!value.is_list() || value.items.size() != 2) return Refusal{"a pair " + type(), false, &value};
    if (auto refused = Codec<decltype(both)>::read(value, both, range)) return refused;
    if (both[0].size() != both[1].size()) return Refusal{"as many means as deviations", true, &value};
    for (std::size_t i = 0; i < both[1].size(); ++i) {
      if (!(both[1][i] > 0)) return Refusal{"deviations above 0", true, &value.items[1].items[i]};
    }
    to = {both[0], both[1]};
    return std::nullopt;
  }
  static Json write(Normalisation const& value) {
    return value.mean.empty() ? Json(nullptr) : Json::array({value.mean, value.std});
  }
  static Json schema(NumberRange const&) {
    Json const pair{{"type", "array"}, {"minItems", 2}, {"maxItems", 2}, {"items", {{"type", "array"}}}};
    return {{"anyOf", Json::array({pair, {{"type", "null"}}})}};
  }
};

template <> struct Description<DataSettings> {
  static constexpr std::string_view section = "data";
  using D = DataSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&D::data_name>(
          {.key = "data_name", .help = "a data set that is known, a task, trials of a file, or a name of one's own"}),
      field<&D::data_group>(
          {.key = "data_group", .help = "all, a group of the data set, or names of classes: Sandal,Sneaker"}),
      field<&D::data_path>({.key = "data_path",
                            .help = "folder or file of the images; empty: where the system's packages put them",
                            .aliases = {"data"}}),
      field<&D::pixel_range>(
          {.key = "pixel_range", .help = "of integer pixels: 0-1 divides by 255", .words = "0-1 0-255"}),
      field<&D::normalize>(
          {.key = "normalize", .help = "mean and standard deviation of the channels; null: those of the data set"}),
      field<&D::train_ratio>({.key = "train_ratio",
                              .range = between(0, 1),
                              .help = "part of the training images that is trained on; the rest validates"}),
      field<&D::validation_images>({.key = "validation_images",
                                    .range = at_least(0),
                                    .help = "so many validate, in place of train_ratio; 0: by the ratio"}),
      field<&D::images_per_epoch>({.key = "images_per_epoch",
                                   .range = at_least(0),
                                   .help = "training images of an epoch, drawn anew in each; 0: all",
                                   .aliases = {"images"}}),
      field<&D::test_images>(
          {.key = "test_images", .range = at_least(0), .help = "the first ones of the test set; 0: all"}),
      field<&D::trials>(
          {.key = "trials",
           .range = between(1, 100000000),
           .help = "that a task draws for training and validation; a test has test_images others, 0: as many"}),
      field<&D::task, KwargsOf<rate::tasks::all>>(
          {.key = "task", .help = "numbers of the task that data_name names, such as its times in ms"}),
      field<&D::redraw_trials>(
          {.key = "redraw_trials", .help = "whether a task draws other trials for each epoch of a training"}),
      also<&D::seed>("data.seed"));
};

}  // namespace dynvision::config
