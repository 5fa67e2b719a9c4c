// A program that chooses its model when it runs: of the library, by the words of a configuration, or of a file.
#include <dynvision/variants/first_use.hpp>

#include <cstdio>
#include <exception>

using namespace dynvision;

int main(int argc, char** argv) try {
  // [own]
  Options const options{.n_classes = 10, .input_dims = {3, 32, 32}};
  AnyModel model = make_model({.model_name = "DyRCNNx2", .recurrence_type = "self"}, options);
  if (argc > 1) model = own_model(argv[1], "MyNet", options);  // argv[1]: my_areas.hpp
  run::Activity const activity = run::run(model, randn({4, 3, 32, 32}), {.n_timesteps = 20});
  // [/own]
  std::printf("%s\n%s%s\n", model.type().c_str(), summary(model).c_str(), shape_text(activity.outputs.sizes()).c_str());
} catch (std::exception const& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
