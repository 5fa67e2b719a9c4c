// dynvision convert: weights from one format into another, under other names where a table says so.
#include <dynvision/io/tensor_file.hpp>
#include <dynvision/io/torch/writer.hpp>
#include <dynvision/io/weights/published_names.hpp>

#include "all_commands.hpp"
#include <nlohmann/json.hpp>

#include <iostream>
#include <system_error>

namespace program {

namespace {

using dynvision::fail, dynvision::NameTable, dynvision::TensorMap;
using Json = nlohmann::ordered_json;

struct Arguments {
  std::string from;
  std::vector<std::string> to;
  std::string key, names, leading_part;
  bool json = false, dry_run = false, inverse = false;
};

struct NamedTable {
  char const* name;
  NameTable table;
};

std::vector<NamedTable> published() {
  namespace names = dynvision::names;
  return {{"cornet_rt", names::cornet_rt()},
          {"cordsnet", names::cordsnet()},
          {"torchvision_alexnet", names::torchvision_alexnet()},
          {"torchvision_resnet", names::torchvision_resnet()},
          {"cifar_resnet", names::cifar_resnet()}};
}

// A table by its name, or a file {"features.0": "V1.conv", "fc": "classifier.2", "criterion": ""}.
NameTable table_of(std::string const& names) {
  std::vector<std::string> known;
  for (NamedTable const& one : published()) {
    if (names == one.name) return one.table;
    known.emplace_back(one.name);
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(names, ignored)) {
    fail("program", 111,
         {"--names \"", names, "\": ", dynvision::expected_one_of(names, known), ", or a file of JSON with a table"});
  }
  dynvision::InputFile const file(names);
  if (file.size() > 1U << 24U)
    fail("program", 112, {names, ": expected a table of names, found ", file.size(), " bytes"});
  NameTable table{names, {}, {}};
  try {
    Json const rules = Json::parse(file.text(), nullptr, true, true);
    for (auto const& [from, to] : rules.items()) table.rules.emplace_back(from, to.get<std::string>());
  } catch (nlohmann::json::exception const& error) {
    fail("program", 112, {names, ": expected {\"name in the file\": \"name here\", ...}: ", error.what()});
  }
  return table;
}

NameTable turned_round(NameTable const& table) {
  NameTable other{table.title, {}, {}};
  for (auto const& [from, to] : table.rules) {
    if (!to.empty()) other.rules.emplace_back(to, from);
  }
  return other;
}

void write(std::filesystem::path const& to, TensorMap const& tensors) {
  std::string const ending = to.extension().string();
  if (ending == ".safetensors") return dynvision::write_safetensors(to, tensors);
  if (ending == ".pt") return dynvision::write_torch(to, tensors);
  if (ending == ".pth") return dynvision::write_torch(to, tensors, dynvision::TorchFormat::legacy);
  dynvision::write_npz(to, tensors);
}

int convert(Arguments const& arguments) {
  for (std::string const& to : arguments.to) {
    std::string const ending = std::filesystem::path(to).extension().string();
    std::vector<std::string_view> const endings{".safetensors", ".pt", ".pth", ".npz"};
    if (std::find(endings.begin(), endings.end(), ending) == endings.end()) {
      fail("program", 113, {to, ": ending \"", ending, "\": ", dynvision::expected_one_of(ending, endings)});
    }
  }
  TensorMap const there = dynvision::read_tensors(arguments.from, arguments.key);
  NameTable table;
  if (!arguments.names.empty()) table = table_of(arguments.names);
  if (arguments.inverse) table = turned_round(table);
  TensorMap converted({}, there.metadata);
  Json tensors = Json::array(), ignored = Json::array();
  std::int64_t numbers = 0;
  for (auto const& [name, tensor] : there) {
    bool const inside = name.starts_with(arguments.leading_part);
    std::optional<std::string> const now =
        inside ? table(std::string_view(name).substr(arguments.leading_part.size())) : std::nullopt;
    if (!now) {
      ignored.push_back(name);
      continue;
    }
    if (converted.contains(*now)) {
      fail("program", 124, {arguments.from, ": \"", name, "\" would be a second tensor \"", *now, "\""});
    }
    converted.insert(*now, tensor);
    numbers += tensor.numel();
    tensors.push_back({{"name", *now},
                       {"was", name},
                       {"shape", std::vector<std::int64_t>(tensor.sizes().begin(), tensor.sizes().end())},
                       {"dtype", c10::toString(tensor.scalar_type())}});
  }
  if (converted.empty()) fail("program", 125, {arguments.from, ": expected tensors to convert, found none"});
  if (!arguments.dry_run) {
    for (std::string const& to : arguments.to) write(to, converted);
  }
  if (arguments.json) {
    std::cout << Json{{"from", arguments.from},
                      {"to", arguments.dry_run ? Json::array() : Json(arguments.to)},
                      {"tensors", tensors},
                      {"ignored", ignored},
                      {"passed_over", there.passed_over}}
                     .dump(2)
              << "\n";
    return done;
  }
  for (Json const& one : tensors) {
    bool const renamed = one["name"] != one["was"];
    std::cout << "  " << one["name"].get<std::string>() << "  " << one["shape"].dump() << "  "
              << one["dtype"].get<std::string>() << (renamed ? "   was " + one["was"].get<std::string>() : "") << "\n";
  }
  for (Json const& one : ignored) std::cout << "  left out: " << one.get<std::string>() << "\n";
  for (std::string const& one : there.passed_over) std::cout << "  passed over: " << one << "\n";
  std::cout << tensors.size() << " tensors, " << numbers << " numbers";
  for (std::string const& to : arguments.to) std::cout << (arguments.dry_run ? ", not written: " : ", written: ") << to;
  std::cout << std::endl;
  return done;
}

}  // namespace

Command const convert_command{
    "convert", "write weights in another format, under other names where a table says so",
    "  dynvision convert weights.pt weights.safetensors\n"
    "  dynvision convert cornet_rt.pth cornet.safetensors --names cornet_rt --leading-part module.\n"
    "  dynvision convert checkpoint.pth weights.npz --key ema --names my_table.json\n"
    "\nThe endings of the files say the formats: .safetensors, .pt, .pth (before PyTorch 1.6), .npz. A table of names "
    "is a\n"
    "file {\"features.0\": \"V1.conv\", \"fc\": \"classifier.2\"}: the leading parts of names, in the file and here.\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      line.argument("FROM", arguments->from, "file of tensors: safetensors, PyTorch, NPZ or NPY, whatever its ending",
                    true);
      line.arguments("TO", arguments->to, "files to write");
      line.value("--key", arguments->key, "where the tensors are in a PyTorch file; without it, the usual places",
                 "KEY");
      std::string tables;
      for (NamedTable const& one : published()) tables += (tables.empty() ? "" : ", ") + std::string(one.name);
      line.value("--names", arguments->names, "table of names: " + tables + ", or a file of JSON", "TABLE");
      line.flag("--inverse", arguments->inverse, "use the table the other way round");
      line.value("--leading-part", arguments->leading_part, "take the tensors of this leading part, and drop it",
                 "PART");
      line.flag("--dry-run", arguments->dry_run, "show what would be written");
      line.flag("--json", arguments->json, "the same for programs");
      return [arguments] { return convert(*arguments); };
    }};

}  // namespace program
