// The layers of a configuration, put one upon the other in their order, and what is checked of the whole.
#pragma once
#include <dynvision/config/checks/composition.hpp>
#include <dynvision/config/checks/time.hpp>
#include <dynvision/config/layers/arguments.hpp>
#include <dynvision/config/layers/fold.hpp>
#include <dynvision/config/layers/stimulus.hpp>
#include <dynvision/config/resolve.hpp>
#include <dynvision/config/tree/read.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::config {

namespace layers {

class Resolving {
 public:
  explicit Resolving(Request const& request) : request_(request) { resolved_.scope = request.scope; }

  Resolved run() {
    read();
    Problems& problems = resolved_.problems;
    if (!repeats_) {
      if (request_.shipped) {
        shipped("defaults.json", Layer::defaults);
        shipped("data.json", Layer::data);
        shipped("workflow.json", Layer::workflow);
        shipped("experiments.json", Layer::experiments);
        shipped("modes.json", Layer::mode);
      }
    }
    for (Document const& document : documents_) flatten(document.root, Layer::study, "");
    flatten(arguments_, Layer::command_line, "");
    if (!repeats_ && request_.scope == "test") experiments();  // of trained models
    if (!repeats_) modes();
    std::erase_if(assignments_, [&](Assignment const& one) {
      return std::find(request_.left_out.begin(), request_.left_out.end(), one.key->whole_name()) !=
             request_.left_out.end();
    });
    Study scratch;
    std::set<std::string> refused;
    for (Assignment const& one : assignments_) {
      std::size_t const before = problems.all().size();
      check(one, request_.sweeps, scratch, problems);
      if (problems.all().size() > before) refused.insert(one.key->whole_name());
    }
    resolved_.settings = settings_of(assignments_, request_.scope);
    put_settings(resolved_);
    if (request_.scope == "test") show_as_loader_says(resolved_);
    Rules rules(resolved_, refused, request_.own_model);
    check_times(rules);
    check_composition(rules, request_.own_model);
    return std::move(resolved_);
  }

 private:
  void read() {
    for (std::filesystem::path const& file : request_.files) {
      for (Document& document : read_file(file, resolved_.problems, {"--config"}))
        documents_.push_back(std::move(document));
    }
    arguments_ = arguments_value(request_.arguments, resolved_.problems);
    for (Document& document : documents_) {
      if (document.root.find("resolved") == nullptr) continue;
      repeats_ = true;
      leave_out_defaults(document.root);
    }
  }

  // What was a default is one again, unless defaults have changed since.
  static void leave_out_defaults(Value& root) {
    Value const* const from = root.find("provenance");
    if (from == nullptr) return;
    Value kept{.kind = Value::Kind::object, .place = root.place};
    for (std::size_t i = 0; i < root.names.size(); ++i) {
      if (is_section(root.names[i].text) && root.items[i].is_object()) {
        kept.put(root.names[i], without_defaults(root.items[i], root.names[i].text, *from));
      } else {
        kept.put(root.names[i], root.items[i]);
      }
    }
    root = std::move(kept);
  }
  static Value without_defaults(Value const& object, std::string const& name, Value const& from) {
    Value kept{.kind = Value::Kind::object, .place = object.place};
    for (std::size_t i = 0; i < object.names.size(); ++i) {
      std::string const whole = name + "." + object.names[i].text;
      Key const* const key = catalog().find(whole);
      Value const* const origin = from.find(whole);
      if (key == nullptr && object.items[i].is_object()) {
        kept.put(object.names[i], without_defaults(object.items[i], whole, from));
        continue;
      }
      bool const was_default = origin != nullptr && origin->is_text() && origin->scalar == "default";
      if (key != nullptr && was_default && object.items[i].json() == key->default_value) continue;
      kept.put(object.names[i], object.items[i]);
    }
    return kept;
  }
  static bool is_section(std::string_view name) {
    return std::find(std::begin(Catalog::sections), std::end(Catalog::sections), name) != std::end(Catalog::sections);
  }

  void shipped(char const* name, Layer layer) {
    std::filesystem::path const file = *request_.shipped / name;
    for (Document const& document : read_file(file, resolved_.problems, {"shipped files"})) {
      flatten(document.root, layer, "");
    }
  }

  void flatten(Value const& root, Layer layer, std::string const& mode) {
    Flattening(layer, mode, request_.numbers, assignments_, resolved_.problems).document(root);
    for (char const* const name : {"modes", "sweep", "category", "experiments", "experiment_config"}) {
      Value const* const section = root.find(name);
      if (section == nullptr) continue;
      // The toolbox's name of the section.
      Value& all = resolved_.sections[name == std::string_view("experiment_config") ? "experiments" : name];
      if (all.is_object()) {
        all.merge(*section);
      } else {
        all = *section;
      }
    }
  }

  // With what is known so far.
  Study study_so_far() {
    Resolved now;
    now.settings = settings_of(assignments_, request_.scope);
    put_settings(now);
    flags_ = std::move(now.settings);
    return now.study;
  }

  void experiments() {
    Value const& known = resolved_.sections["experiments"];
    for (std::string const& name : study_so_far().program.experiment) {
      Value const* const experiment = known.find(name);
      if (experiment == nullptr) {
        unknown("experiment", "trainer.experiment", name, known);
      } else if (Value const* const arguments = experiment->find("data_args"); arguments != nullptr) {
        Value root = *arguments;
        if (Value const* const loader = experiment->find("data_loader")) {
          root.put({"data_loader", loader->place}, *loader);
        }
        flatten(root, Layer::experiments, "");
      }
    }
  }

  void modes() {
    Study const study = study_so_far();
    bool distributed = false;
    for (Setting const& setting : flags_) {
      if (setting.key->name == "use_distributed") distributed = setting.origin.value == Json(true);
    }
    resolved_.modes = active_modes(study, distributed, request_.cluster);
    Value const known = resolved_.sections["modes"];
    for (ActiveMode const& mode : resolved_.modes) {
      Value const* const payload = known.find(mode.name);
      if (payload != nullptr) flatten(*payload, Layer::mode, mode.name);
    }
  }

  void unknown(char const* what, char const* key, std::string const& name, Value const& known) {
    std::vector<std::string> names;
    for (Value::Name const& one : known.names) names.push_back(one.text);
    Place place;
    for (Setting const& setting : flags_) {
      if (setting.key->whole_name() == key) place = setting.origin.place;
    }
    resolved_.problems.report("config", 152, place,
                              {"there is no ", what, " \"", name, "\": ", expected_one_of(name, names)});
  }

  Request const& request_;
  Resolved resolved_;
  std::vector<Document> documents_;
  Value arguments_;
  std::vector<Assignment> assignments_;
  std::vector<Setting> flags_;
  bool repeats_ = false;
};

}  // namespace layers

DYNVISION_INLINE Resolved resolve(Request const& request) { return layers::Resolving(request).run(); }

}  // namespace dynvision::config
