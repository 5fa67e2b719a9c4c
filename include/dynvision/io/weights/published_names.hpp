// How published files call the parameters of the models here.
//
// Sources: CORnet-RT, github.com/dicarlolab/CORnet (Kubilius et al. 2018); CordsNet, the code of Mei, Chung &
// Lindsay 2025; torchvision's AlexNet and ResNets (Krizhevsky 2014; He et al. 2016); ResNets for 32-pixel images with
// `shortcut` and `linear` or with `downsample` and `fc`. Files of the DynVision toolbox need no table.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/weights/name_table.hpp>

#include <string>
#include <vector>

namespace dynvision::names {

// The original has no weight of the lateral connection: it is 1.
inline NameTable cornet_rt() {
  NameTable table{"CORnet-RT", {{"decoder.linear", "classifier.2"}}, {"*.recurrence.weight"}};
  for (std::string const area : {"V1", "V2", "V4", "IT"}) {
    table.rules.emplace_back(area + ".conv_input", area + ".conv");
    table.rules.emplace_back(area + ".norm_input", area + ".mid_modules");
    table.rules.emplace_back(area + ".conv1", area + ".conv2");
    table.rules.emplace_back(area + ".norm1", "norm_" + area);
  }
  return table;
}

// The original's time constant is a setting of its loop.
inline NameTable cordsnet() {
  NameTable table{"CordsNet",
                  {{"inp_conv", "layer0.conv"}, {"inp_skip", "addskip_layer2.conv"}, {"out_fc", "classifier.3"}},
                  {"tau*", "*.tau"}};
  for (int i = 0; i < 8; ++i) {
    std::string const at = "." + number_text(i), layer = "layer" + number_text(i + 1);
    table.rules.emplace_back("area_conv" + at, layer + ".recurrence.conv");
    table.rules.emplace_back("area_area" + at, layer + ".conv");
    table.rules.emplace_back("conv_bias" + at, "addbias_" + layer + ".bias");
  }
  for (int i = 0; i < 3; ++i) {
    table.rules.emplace_back("skip_area." + number_text(i), "addskip_layer" + number_text(2 * i + 4) + ".conv");
  }
  return table;
}

inline NameTable torchvision_alexnet() {
  return {"AlexNet of torchvision",
          {{"features.0", "layer1.conv"},
           {"features.3", "layer2.conv"},
           {"features.6", "layer3.conv"},
           {"features.8", "layer4.conv"},
           {"features.10", "layer5.conv"},
           {"classifier.1", "classifier.2"},
           {"classifier.4", "classifier.5"},
           {"classifier.6", "classifier.7"}},
          {}};
}

// ResNet18 … ResNet152: the same names.
inline NameTable torchvision_resnet() { return {"ResNet of torchvision", {}, {}}; }

// ResNet20 … ResNet1202: what others call the shortcut of a block, and the classifier.
inline NameTable cifar_resnet() {
  NameTable table{"ResNet for 32-pixel images", {{"linear", "classifier"}, {"fc", "classifier"}}, {}};
  for (int stage = 2; stage <= 3; ++stage) {
    std::string const block = "layer" + number_text(stage) + ".0.";
    table.rules.emplace_back(block + "shortcut", block + "skip");
    table.rules.emplace_back(block + "downsample", block + "skip");
  }
  return table;
}

inline std::vector<NameTable> all() {
  return {cornet_rt(), cordsnet(), torchvision_alexnet(), torchvision_resnet(), cifar_resnet()};
}

}  // namespace dynvision::names
