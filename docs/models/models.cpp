// The pages of the models: the pictures are those of today's types, and so are the summaries under them.
//
//   cmake --build build --target docs.models && build/docs/docs.models docs/models            says what is out of date
//   cmake --build build --target docs.models && build/docs/docs.models docs/models --write    brings it up to date
//
// A page shows a model as ![...](NAME.svg) and a block ``` with its summary after it.
#include <dynvision/alexnet.hpp>
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/resnet.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace dynvision;

struct Pages {
  std::filesystem::path folder;
  bool write = false;
  int n_wrong = 0;

  template <class Model>
  void show(std::string const& page, std::string const& name, Model const& model, std::array<int, 3> image) {
    // [glance]
    Facts const facts = facts_of(model, image);
    std::string const table = summary(facts), picture = diagram(facts).svg;
    // [/glance]
    compare(folder / (name + ".svg"), picture);
    std::filesystem::path const path = folder / (page + ".md");
    std::string text = read(path);
    std::string const before = "](" + name + ".svg)\n\n```\n";
    std::size_t const begin = text.find(before) + before.size(), end = text.find("```\n", begin);
    if (text.find(before) == text.npos || end == text.npos) {
      std::printf("%s: no picture %s.svg with a block after it\n", path.c_str(), name.c_str());
      ++n_wrong;
      return;
    }
    compare(path, text.replace(begin, end - begin, table));
  }

 private:
  static std::string read(std::filesystem::path const& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  void compare(std::filesystem::path const& path, std::string const& wanted) {
    if (read(path) == wanted) return;
    if (write) {
      std::ofstream(path) << wanted;
    } else {
      std::printf("%s is out of date (--write brings it up to date)\n", path.c_str());
      ++n_wrong;
    }
  }
};

int main(int count, char** arguments) {
  Pages pages{count > 1 ? arguments[1] : "docs/models", count > 2 && std::string(arguments[2]) == "--write"};
  // [models]
  pages.show("dyrcnn", "dyrcnn_x2", DyRCNNx2<Full, Feedback<>>(), {3, 32, 32});
  pages.show("dyrcnn", "dyrcnn_x4", DyRCNNx4<Full, Feedback<>>(), {3, 64, 64});
  pages.show("dyrcnn", "dyrcnn_x8", DyRCNNx8<Full, Feedback<>>(), {3, 64, 64});
  pages.show("cornet_rt", "cornet_rt", CorNetRT<>(), {3, 224, 224});
  pages.show("cordsnet", "cordsnet", CordsNet<>(), {3, 224, 224});
  pages.show("alexnet", "alexnet", AlexNet<>(), {3, 224, 224});
  pages.show("resnet", "resnet18", ResNet18<>(), {3, 224, 224});
  pages.show("resnet", "resnet20", ResNet20<>(), {3, 32, 32});
  // [/models]

  // [run]
  CorNetRT<> model({.n_classes = 10, .input_dims = {3, 64, 64}, .seed = 1});
  Tensor const outputs = run::run(model, randn({2, 3, 64, 64}), {.n_timesteps = 5}).outputs;  // (B,T,K)
  // [/run]
  if (outputs.size(1) != 5) return 1;

  // [training]
  ResNet20<> resnet({.n_classes = 10, .input_dims = {3, 32, 32}, .seed = 1});
  resnet.train();  // statistics of the batch; without gradient still those that have been learned
  run::run(resnet, randn({4, 3, 32, 32})).outputs.square().sum().backward();
  // [/training]

  // [policies]
  AlexNet<Self, Euler> slow({.n_classes = 10, .input_dims = {3, 63, 63}, .tau = 8, .t_recurrence = 2, .seed = 1});
  // [/policies]
  if (!run::unroll(slow, randn({1, 3, 63, 63}), {.n_timesteps = 3}).outputs.defined()) return 1;

  // [idle]
  CordsNet<> cordsnet({.n_classes = 10, .input_dims = {3, 32, 32}, .seed = 1});
  run::Settings const settings{.n_timesteps = 10, .idle_timesteps = 10};  // published: 100 and 100
  Tensor const last = run::run(cordsnet, randn({1, 3, 32, 32}), settings).outputs.select(1, -1);  // (B,K)
  // [/idle]
  return pages.n_wrong > 0 || last.size(1) != 10;
}
