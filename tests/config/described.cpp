// Every field of a described struct is described, or named as one that a configuration cannot say; every key is sound.
// covers: config/describe/codec.hpp config/describe/count_fields.hpp config/describe/description.hpp
// covers: config/describe/kwargs.hpp
// covers: config/describe/key.hpp config/describe/keys.hpp config/describe/lists.hpp config/mode_settings.hpp
// covers: config/described/batch_options.hpp config/described/data_settings.hpp config/described/fit_settings.hpp
// covers: config/described/program/mode_settings.hpp config/described/optimizer_settings.hpp config/described/options.hpp
// covers: config/described/program/program_settings.hpp config/described/run_settings.hpp config/described/structure.hpp
// covers: config/described/program/study.hpp config/described/trial_settings.hpp config/described/program/without_effect.hpp
// covers: config/described/program/stimulus_settings.hpp config/layers/catalog.hpp config/program_settings.hpp
// covers: config/described/part_numbers.hpp config/study.hpp
#include <dynvision/config/describe/count_fields.hpp>
#include <dynvision/config/described/program/study.hpp>
#include <dynvision/config/layers/catalog.hpp>

#include <boost/hana/length.hpp>
#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace dynvision;
using namespace dynvision::config;

namespace {

template <class T> void check_described(char const* name) {
  INFO(name << ": describe a new field in config/described/ (docs/concepts/configuration.md)");
  std::size_t const described = decltype(hana::length(Description<T>::fields))::value;
  CHECK(described == count_fields<T>());
  hana::for_each(Description<T>::fields, [](auto const& field) {
    if (field.kind == FieldKind::inner) return;
    INFO(field.about.key);
    CHECK((field.kind == FieldKind::also || !field.about.help.empty()));
    CHECK((field.kind == FieldKind::no_key || !field.about.key.empty()));
  });
}

}  // namespace

TEST_CASE("every field of a described struct is described, or named as one that has no key", "[config]") {
  check_described<Study>("Study");
  check_described<Structure>("Structure");
  check_described<Options>("Options");
  check_described<LayerOptions>("LayerOptions");
  check_described<run::TrialSettings>("run::TrialSettings");
  check_described<Presentation>("Presentation");
  check_described<run::Settings>("run::Settings");
  check_described<OptimizerSettings>("OptimizerSettings");
  check_described<FitSettings>("FitSettings");
  check_described<BatchOptions>("BatchOptions");
  check_described<SchedulerSettings>("SchedulerSettings");
  check_described<SchedulerConfigs>("SchedulerConfigs");
  check_described<LrScaling>("LrScaling");
  check_described<LossSettings>("LossSettings");
  check_described<InitialWeights>("InitialWeights");
  check_described<DataSettings>("DataSettings");
  check_described<experiments::StimulusSettings>("experiments::StimulusSettings");
  check_described<ModeSettings>("ModeSettings");
  check_described<ProgramSettings>("ProgramSettings");
}

TEST_CASE("a key is there once, and a name means one key of a section", "[config]") {
  std::set<std::string> names;
  for (Key const& key : catalog().keys()) {
    INFO(key.whole_name());
    CHECK(names.insert(key.whole_name()).second);
    CHECK_FALSE(key.help.empty());
    for (std::string const& alias : key.aliases) {
      if (alias.find('.') == std::string::npos) CHECK(names.insert(key.section + "." + alias).second);
    }
  }
}

TEST_CASE("what a key has by default is a value that it takes, and gives back", "[config]") {
  for (Key const& key : catalog().keys()) {
    INFO(key.whole_name() << " = " << key.default_value.dump());
    Study study;
    if (key.default_value.is_null()) continue;
    CHECK_FALSE(key.set(study, Value::of(key.default_value, {})));
    CHECK(key.get(study) == key.default_value);
  }
}

TEST_CASE("a described struct is a Boost.Hana Struct", "[config]") {
  BatchOptions batches{.batch_size = 7};
  std::set<std::string> keys;
  hana::for_each(hana::accessors<BatchOptions>(), hana::fuse([&](auto const& field, auto const& member) {
                   keys.insert(std::string(field.about.key));
                   if (field.about.key == "batch_size") CHECK(static_cast<double>(member(batches)) == 7.0);
                 }));
  CHECK(keys == std::set<std::string>{"batch_size", "shuffle", "drop_last", "seed"});
}
