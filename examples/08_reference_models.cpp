// The models at a glance: a summary of each; with a folder as argument also pictures and summaries in it.
#include <dynvision/alexnet.hpp>
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/resnet.hpp>

#include <cstdio>
#include <fstream>

using namespace dynvision;

struct Show {
  std::string folder;  // empty: no pictures

  template <class Model> void operator()(std::string const& name, Model model, std::array<int, 3> image) const {
    // [glance]
    Facts const facts = facts_of(model, image);
    std::printf("%s\n", summary(facts).c_str());
    // [/glance]
    if (folder.empty()) return;
    std::ofstream(folder + "/" + name + ".txt") << summary(facts);
    std::ofstream(folder + "/" + name + ".svg") << diagram(facts).svg;
  }
};

int main(int count, char** arguments) {
  Show const show{count > 1 ? arguments[1] : ""};
  // [models]
  show("dyrcnn_x2", DyRCNNx2<Full, Feedback<>>(), {3, 32, 32});
  show("dyrcnn_x4", DyRCNNx4<Full, Feedback<>>(), {3, 64, 64});
  show("dyrcnn_x8", DyRCNNx8<Full, Feedback<>>(), {3, 64, 64});
  show("cornet_rt", CorNetRT<>(), {3, 224, 224});
  show("cordsnet", CordsNet<>(), {3, 224, 224});
  show("alexnet", AlexNet<>(), {3, 224, 224});
  show("resnet18", ResNet18<>(), {3, 224, 224});
  show("resnet20", ResNet20<>(), {3, 32, 32});
  // [/models]

  // [run]
  CorNetRT<> model({.n_classes = 10, .input_dims = {3, 64, 64}, .seed = 1});
  Tensor const outputs = run::unroll(model, randn({2, 3, 64, 64}), {.n_timesteps = 5}).outputs;  // (B,T,K)
  // [/run]
  std::printf("outputs of CORnet-RT (B,T,K): %s\n", shape_text(outputs.sizes()).c_str());

  // [training]
  ResNet20<> resnet({.n_classes = 10, .input_dims = {3, 32, 32}, .seed = 1});
  resnet.train();  // statistics of the batch; without gradient still those that have been learned
  run::unroll(resnet, randn({4, 3, 32, 32})).outputs.square().sum().backward();
  // [/training]

  // [policies]
  AlexNet<Self, Euler> slow({.n_classes = 10, .input_dims = {3, 63, 63}, .tau = 8, .t_recurrence = 2, .seed = 1});
  // [/policies]
  std::printf("AlexNet with a time constant: %s\n",
              shape_text(run::unroll(slow, randn({1, 3, 63, 63}), {.n_timesteps = 3}).outputs.sizes()).c_str());

  // [idle]
  CordsNet<> cordsnet({.n_classes = 10, .input_dims = {3, 32, 32}, .seed = 1});
  run::Settings settings{.n_timesteps = 10, .idle_timesteps = 10};  // published: 100 and 100
  Tensor const last = run::unroll(cordsnet, randn({1, 3, 32, 32}), settings).outputs.select(1, -1);  // (B,K)
  // [/idle]
  return last.size(1) != 10;
}
