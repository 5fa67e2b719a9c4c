// Lateral, skip and feedback connections, the topographic plane, the retina.
#include <dynvision/connections/adapter.hpp>
#include <dynvision/operations/retina.hpp>

#include "deviations.hpp"
#include "unit.hpp"

#include <map>

using namespace dynvision;
using namespace golden;

namespace {

// The original's integration "none": the second signal does not take part. The library has no such policy, since a
// layer without a connection says the same; here it is what a user would write.
struct Unchanged {
  Tensor operator()(Tensor const& x, Tensor const&) const { return x; }
};

using Meet = Signal (*)(Signal const&, Signal const&);
Meet integration(golden::File const& file, std::string const& strategy) {
  if (strategy == "additive") return integrate<Additive>;
  if (strategy == "multiplicative") return integrate<Multiplicative>;
  if (strategy == "none") return integrate<Unchanged>;
  unknown(file.name + ": integration strategy \"" + strategy + "\"");
}

// out, and loss = sum out * loss_weight with its gradients.
void backward(golden::File const& file, at::ScalarType run, Check& check, Tensor const& out) {
  Tensor const weighted = out.mul(file.number("loss_weight", run));
  check.same("out", out);
  check.same("loss", weighted.sum(), largest(weighted.abs().sum()));
  weighted.sum().backward();
}

}  // namespace

TEST_CASE("golden: integration", "[golden]") {
  in_both_precisions(units("integration"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"strategy"});
    Tensor const x = file.leaf("x", run), h = file.leaf("h", run);
    Meet const meet = integration(file, file.config.at("strategy").get<std::string>());
    backward(file, run, check, meet(x, h));
    check.gradient("x", x);
    check.gradient("h", h);
    CHECK(relative_error(meet(x, {}), x) == 0);
    CHECK(relative_error(meet({}, h), h) == 0);
    CHECK(!meet({}, {}).defined());
  });
}

TEST_CASE("golden: lateral connections", "[golden]") {
  in_both_precisions(units("recurrence"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"cls", "in_channels", "out_channels", "kernel_size", "bias", "dim_x", "dim_y"});
    static std::map<std::string, std::string> const types{
        {"FullConnection", "full"},
        {"DepthwiseConnection", "depthwise"},
        {"PointwiseConnection", "pointwise"},
        {"DepthPointwiseConnection", "depthpointwise"},
        {"PointDepthwiseConnection", "pointdepthwise"},
        {"SelfConnection", "self"},
        {"LocalLateralConnection", "local"},
        {"LocalSeparableConnection", "localdepthwise"},
    };
    auto const cls = file.config.at("cls").get<std::string>();
    auto const type = types.find(cls);
    if (type == types.end()) unknown(file.name + ": recurrence \"" + cls + "\"");
    AnyLateral lateral = AnyLateral::stored(file, type->second, "", run);
    Tensor const x = file.leaf("x", run);
    if (auto const* const local = std::get_if<Local<1>>(&lateral.chosen)) {
      CHECK(local->conv.weight.size(2) == Local<1>::kernel_size(x.size(1)));
    } else if (auto const* const both = std::get_if<LocalDepthwise<1>>(&lateral.chosen)) {
      CHECK(both->local_conv.conv.weight.size(2) == Local<1>::kernel_size(x.size(1)));
    }

    backward(file, run, check, lateral(x));
    check.gradient("x", x);
    lateral.parameters([&](std::string const& name, Tensor const& tensor, auto...) {
      if (name == "bias" && deviation::bias_left_out(lateral.self_bias())) {
        CHECK(file.has_no_gradient("bias"));
        check.same("bias that learns", tensor.grad().squeeze(), file.number("loss_weight", run).sum(),
                   largest(file.stored("loss_weight").abs().sum()));
      } else {
        check.gradient(name, tensor);
      }
    });
  });
}

TEST_CASE("golden: skip and feedback connections", "[golden]") {
  in_both_precisions(units("connection"), [](golden::File const& file, at::ScalarType run, Check& check) {
    Json const& options = file.config;
    only_unit_options(file, {"cls", "x_shape", "h_shape", "in_channels", "out_channels", "auto_adapt", "scale_factor",
                             "integration_strategy", "kernel_size", "stride", "padding", "force_conv", "bias",
                             "parametrization", "has_conv", "upsample"});
    auto const normalisation = options.value("parametrization", Json());
    if (!normalisation.is_null() && normalisation != "weight_norm") {
      unknown(file.name + ": parametrization " + normalisation.dump());
    }
    Adapter adapter;
    adapter.conv = stored_kernel(file, "conv.", run);
    CHECK(adapter.conv.exists() == options.at("has_conv").get<bool>());
    adapter.conv.stride = options.value("stride", 1);
    adapter.conv.padding = options.value("padding", adapter.conv.padding);
    Size target{};
    Json const& upsample = options.at("upsample");
    adapter.resize = !upsample.is_null();
    if (adapter.resize) {
      if (upsample.at("mode") != "nearest") unknown(file.name + ": upsample " + upsample.dump());
      if (!upsample.at("scale_factor").is_null()) {
        adapter.scale = upsample.at("scale_factor").get<double>();
      } else {
        target = {upsample.at("size").at(0).get<std::int64_t>(), upsample.at("size").at(1).get<std::int64_t>()};
      }
    }

    Signal const x = file.leaf_or_absent("x", run), h = file.leaf_or_absent("h", run);
    Meet const meet = integration(file, options.value("integration_strategy", std::string("additive")));
    backward(file, run, check,
             meet(x, h.defined() ? adapter(h, x.defined() ? Size{x.size(2), x.size(3)} : target) : Signal{}));
    if (x.defined()) check.gradient("x", x);
    if (h.defined()) check.gradient("h", h);
    adapter.parameters([&](std::string const& name, Tensor const& tensor, auto...) { check.gradient(name, tensor); });
  });
}

TEST_CASE("golden: retina", "[golden]") {
  in_both_precisions(units("retina"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"in_channels", "mid_channels", "out_channels", "kernel_size", "bias"});
    Retina<> retina;
    retina.conv1 = stored_kernel(file, "conv1.", run);
    retina.conv2 = stored_kernel(file, "conv2.", run);
    Tensor const x = file.leaf("x", run);
    backward(file, run, check, retina(x));
    check.gradient("x", x);
    retina.parameters([&](std::string const& name, Tensor const& tensor, auto...) { check.gradient(name, tensor); });
  });
}

TEST_CASE("golden: topographic maps", "[golden]") {
  in_both_precisions(units("topographic map"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"C", "H", "W", "plane_kernel_size"});
    auto const n = [&](char const* key) { return file.config.at(key).get<std::int64_t>(); };
    std::int64_t const c = n("C"), h = n("H"), w = n("W");
    TopographicPlane const plane{c};
    CHECK(Local<1>::kernel_size(c) == n("plane_kernel_size"));

    auto const counted = [&](std::int64_t count) {  // 0, 1, 2, …
      std::vector<std::int64_t> numbers;
      for (std::int64_t i = 0; i < count; ++i) numbers.push_back(i);
      return indices(numbers, zeros({}));
    };
    auto const along = [&](std::int64_t count, at::IntArrayRef shape, at::IntArrayRef everywhere) {
      return counted(count).reshape(shape).expand(everywhere);
    };
    auto const on_plane = [&](Tensor const& layer) { return plane.from_layer(layer).squeeze(0).squeeze(0); };
    Tensor const units = counted(c * h * w).reshape({1, c, h, w});
    check.same("plane_of_arange", plane.from_layer(units.to(run)));
    CHECK(on_plane(units).flatten().equal(file.stored("flat_plane_mapping")));
    CHECK(stack_along({on_plane(along(c, {1, c, 1, 1}, {1, c, h, w})), on_plane(along(h, {1, 1, h, 1}, {1, c, h, w})),
                       on_plane(along(w, {1, 1, 1, w}, {1, c, h, w}))},
                      2)
              .equal(file.stored("plane_to_layer")));

    std::int64_t const rows = plane.side() * h, columns = plane.side() * w;
    auto const in_layer = [&](Tensor const& image) { return plane.to_layer(image, {h, w}).squeeze(0); };
    Tensor const pixels = counted(rows * columns).reshape({1, 1, rows, columns});
    CHECK(in_layer(pixels).flatten().equal(file.stored("flat_layer_mapping")));
    CHECK(stack_along({in_layer(along(rows, {1, 1, rows, 1}, {1, 1, rows, columns})),
                       in_layer(along(columns, {1, 1, 1, columns}, {1, 1, rows, columns}))},
                      3)
              .equal(file.stored("layer_to_plane")));
  });
}

TEST_CASE("golden: channels beyond a square", "[golden]") {
  in_both_precisions(units("channel extension"), [](golden::File const& file, at::ScalarType, Check&) {
    only_unit_options(file, {});
    std::string const prefix = "extended_index_C";
    for (std::string const& name : file.names(prefix)) {
      TopographicPlane const plane{std::stoll(name.substr(prefix.size()))};
      CAPTURE(name);
      CHECK(indices(plane.extension(), zeros({})).equal(file.stored(name)));
    }
  });
}
