// covers: rate/masks/random_state.hpp rate/masks/area_table.hpp rate/masks/area_masks.hpp rate/masks/routing.hpp
// covers: rate/masks/signs.hpp rate/penalties/activity.hpp rate/penalties/weights.hpp
// Masks, signs and penalties of NN4Neurosim.
#include <dynvision/rate/masks/area_masks.hpp>
#include <dynvision/rate/masks/routing.hpp>
#include <dynvision/rate/masks/signs.hpp>
#include <dynvision/rate/penalties/activity.hpp>
#include <dynvision/rate/penalties/weights.hpp>
#include <dynvision/run/unroll.hpp>

#include "rates.hpp"

using namespace dynvision;
using namespace golden;

namespace {

Tensor indices_from(std::int64_t first, std::int64_t n) {
  Tensor const all = zeros({n}, at::TensorOptions(at::kLong));
  for (std::int64_t i = 0; i < n; ++i) all.select(0, i).fill_(first + i);
  return all;
}
Tensor list_of(std::vector<std::int64_t> const& x) { return dynvision::indices(x, zeros({1})); }

rate::AreaTable areas_of(Json const& args, int units) {
  Json const& n = args.at("n_areas");
  if (n.is_number()) return rate::AreaTable::equal(units, n.get<int>());
  std::vector<std::pair<std::string, int>> all;
  for (Json const& size : n) all.emplace_back("area" + std::to_string(all.size()), size.get<int>());
  return rate::AreaTable(all);
}
rate::AreaDensities densities(Json const& given, rate::AreaTable const& areas) {
  if (given.at(0).is_array()) return given.get<rate::AreaDensities>();
  return rate::densities_of(areas, {given.at(0), given.at(1), given.size() > 2 ? given.at(2).get<double>() : 1.0});
}

void compare_masks(Check& check, rate::LayerMasks const& masks, bool signed_masks) {
  Tensor const sign = masks.sign.unsqueeze(0);
  auto const their = [&](std::string const& name, Tensor const& mask, bool with_sign) {
    check.same("mask." + name, (with_sign ? mask.mul(sign) : mask).t().contiguous());
    if (signed_masks) check.same("sparsity." + name, mask.t().contiguous());
  };
  their("input", masks.input, false);
  their("hidden", masks.recurrent, signed_masks);
  their("readout", masks.readout, signed_masks);
}

}  // namespace

TEST_CASE("golden: masks of rate networks", "[golden]") {
  in_both_precisions(rates("mask"), [](golden::File const& file, at::ScalarType, Check& check) {
    file.only_options(file.config, {"args", "cls", "compute_dtype", "description", "format_version", "kind", "name",
                                    "numpy_seed", "torch"});
    Json const& args = file.config.at("args");
    auto const cls = file.config.at("cls").get<std::string>();
    auto const dims = args.at("dims").get<std::vector<int>>();
    auto const seed = file.config.at("numpy_seed").get<std::uint32_t>();
    rate::RandomState random(seed);
    Tensor const stream = zeros({file.stored("numpy_random_stream").size(0)}, at::TensorOptions(at::kDouble));
    for (std::int64_t i = 0; i < stream.numel(); ++i) stream.select(0, i).fill_(random.uniform());
    check.same("numpy_random_stream", stream);

    if (cls == "MultiArea" || cls == "MultiAreaEI") {
      bool const ei = cls == "MultiAreaEI";
      file.only_options(args, {"area_connectivities", "dims", "input_areas", "n_areas", "readout_areas", "exc_pct",
                               "inter_area_connections", "inh_readout"});
      rate::AreaTable areas = areas_of(args, dims[1]);
      if (ei) areas = areas.with_excitatory(args.at("exc_pct").get<double>());
      rate::AreaMaskSettings settings{.inputs = dims[0], .outputs = dims[2], .seed = seed};
      settings.densities = densities(args.at("area_connectivities"), areas);
      if (args.contains("input_areas")) settings.input_areas = args.at("input_areas").get<std::vector<int>>();
      if (args.contains("readout_areas")) settings.readout_areas = args.at("readout_areas").get<std::vector<int>>();
      if (args.contains("inter_area_connections")) {
        auto const between = args.at("inter_area_connections").get<std::vector<bool>>();
        settings.between = {between[0], between[1], between[2], between[3]};
      }
      settings.inhibitory_readout = args.value("inh_readout", true);
      rate::LayerMasks const masks = rate::area_masks(areas, settings);
      compare_masks(check, masks, ei);
      Tensor const matrix = zeros({areas.n_areas(), areas.n_areas()}, at::TensorOptions(at::kDouble));
      for (int i = 0; i < areas.n_areas(); ++i) {
        std::string const k = std::to_string(i);
        check.same("area." + k, indices_from(areas[i].first, areas[i].size));
        if (ei) {
          check.same("excitatory." + k, indices_from(areas[i].first, areas[i].excitatory));
          check.same("inhibitory." + k, indices_from(areas[i].first + areas[i].excitatory, areas[i].inhibitory()));
        }
        for (int j = 0; j < areas.n_areas(); ++j) {
          matrix.select(0, i).select(0, j).fill_(
              settings.densities[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)]);
        }
      }
      check.same("area_connectivity_matrix", matrix);
      check.same("input_indices", list_of(rate::reached(masks.input, 0)));
      check.same("readout_indices", list_of(rate::reached(masks.readout, 1)));
    } else if (cls == "MultiIO") {
      file.only_options(args, {"dims", "input_dims", "input_table", "readout_dims", "readout_table"});
      using Table = std::vector<std::vector<int>>;
      rate::LayerMasks const masks{
          .input = rate::routed(args.at("input_dims").get<std::vector<int>>(), args.at("input_table").get<Table>()),
          .recurrent = ones({dims[1], dims[1]}),
          .readout =
              rate::routed(args.at("readout_dims").get<std::vector<int>>(), args.at("readout_table").get<Table>()).t(),
          .sign = ones({dims[1]})};
      compare_masks(check, masks, false);
    } else if (cls == "RandomInput") {
      file.only_options(args, {"dims", "hidden_spar", "input_spar", "overlap", "readout_spar"});
      compare_masks(check,
                    rate::random_routing({.units = dims[1],
                                          .inputs = dims[0],
                                          .outputs = dims[2],
                                          .recurrent_density = args.at("hidden_spar").get<double>(),
                                          .input_share = args.at("input_spar").get<double>(),
                                          .readout_share = args.at("readout_spar").get<double>(),
                                          .overlap = args.value("overlap", false),
                                          .seed = seed}),
                    false);
    } else {
      unknown(file.name + ": masks of class \"" + cls + "\"");
    }
  });
}

TEST_CASE("golden: signs of a matrix", "[golden]") {
  in_both_precisions(rates("linear"), [](golden::File const& file, at::ScalarType run, Check& check) {
    Tensor const sparsity = file.number("sparsity_mask_in_out", run).t(), ei = file.number("ei_mask_in_out", run).t();
    for (std::string const& name : file.names()) {
      if (!name.ends_with(".weight_given")) continue;
      std::string const kind = name.substr(0, name.find('.'));
      Tensor const sign = kind == "exc_only" ? ones(ei.sizes(), ei.options()) : ei;
      Tensor const given = file.number(name, run), W = given.clone();
      rate::enforce_mask(W, sparsity);
      rate::enforce_signs(W, sign);
      check.same(kind + ".weight_enforced", W);
      check.same(kind + ".weight_constructed", rate::balanced(W, sign));
      check.same(kind + ".weight_auto_rescaled", rate::rescaled_by_inputs(given, sparsity));
    }
  });
}

TEST_CASE("golden: penalties of rates", "[golden]") {
  in_both_precisions(rates("criteria"), [](golden::File const& file, at::ScalarType run, Check& check) {
    file.only_options(file.config, {"compute_dtype", "description", "format_version", "kind", "name", "torch"});
    Tensor const W = file.number("weights", run), other = file.number("state_1", run),
                 p = file.number("target_prob", run);
    for (std::string const& full : file.names("loss.")) {
      std::string const name = full.substr(5);
      bool const scores = name == "soft_cross_entropy", probabilities = name == "soft_cross_entropy_nosoftmax";
      Tensor const x = file.leaf(scores ? "pred" : probabilities ? "prob" : "state", run);
      auto const number = [&](std::string_view prefix) { return std::stod(name.substr(prefix.size())); };
      Tensor loss;
      if (name == "fr_l1")
        loss = rate::mean_rate(x, rate::Norm::l1);
      else if (name == "fr_l2")
        loss = rate::mean_rate(x, rate::Norm::l2);
      else if (name == "fr_dist_sd")
        loss = rate::rate_dispersion(x, rate::Dispersion::sd);
      else if (name == "fr_dist_cv")
        loss = rate::rate_dispersion(x, rate::Dispersion::cv);
      else if (name == "fr_dist_mean_ad")
        loss = rate::rate_dispersion(x, rate::Dispersion::mean_deviation);
      else if (name == "fr_dist_max_ad")
        loss = rate::rate_dispersion(x, rate::Dispersion::greatest_deviation);
      else if (name.starts_with("state_pred_tau"))
        loss = rate::state_prediction(x, std::stoi(name.substr(14)), 0);  // there over samples
      else if (name == "hebbian")
        loss = rate::hebbian(x, W);
      else if (name.starts_with("entropy_reg"))
        loss = rate::rate_entropy(x, number("entropy_reg"));
      else if (name == "population_kl_sym")
        loss = rate::population_kl(x, other);
      else if (name == "population_kl_asym")
        loss = rate::population_kl(x, other, false);
      else if (name == "population_kl_sum")
        loss = rate::population_kl(x, other, true, rate::Over::sum);
      else if (scores || probabilities)
        loss = rate::soft_cross_entropy(x, p, probabilities);
      else
        unknown(file.name + ": no penalty \"" + name + "\"");
      check.same(full, loss);
      loss.backward();
      check.gradient_of(name, x.grad());
    }
  });
}

TEST_CASE("golden: a sum of penalties", "[golden]") {
  in_both_precisions(rates("composite"), [](golden::File const& file, at::ScalarType run, Check& check) {
    auto const activation = file.config.at("activation").get<std::string>();
    with_activation<Network>(activation, [&]<class Net>(std::type_identity<Net>) {
      Net net(options_of(file, run));
      Parameters const all = net.parameters();
      put_numbers(file, all, one_area, "param.");
      Tensor const target = file.number("target", run);
      run::Activity const a = run::unroll(net, file.number("x", run), {.record = true});
      Tensor const h = a.response("rates").series();
      check.same("h", h);
      check.same("out", a.outputs);
      Tensor loss = zeros({}, at::TensorOptions(run));
      for (auto const& [part, described] : file.config.at("config").items()) {
        auto const type = described.at("type").template get<std::string>();
        Json const params = described.value("params", Json::object());
        auto const metric = params.value("metric", std::string{});
        Tensor term;
        if (type == "mse") {
          term = a.outputs.sub(target).square().mean();
        } else if (type == "fr") {
          term = rate::mean_rate(h, metric == "l2" ? rate::Norm::l2 : rate::Norm::l1);
        } else if (type == "fr_dist") {
          std::map<std::string, rate::Dispersion> const known{{"sd", rate::Dispersion::sd},
                                                              {"cv", rate::Dispersion::cv},
                                                              {"mean_ad", rate::Dispersion::mean_deviation},
                                                              {"max_ad", rate::Dispersion::greatest_deviation}};
          term = rate::rate_dispersion(h, known.at(metric));
        } else if (type == "rnn_conn") {
          auto const norm = [&](std::string const& layer) {
            Tensor const W = tensor_of(all, layer + ".weight");
            return metric == "fro" ? rate::frobenius(W) : rate::absolute_sum(W);
          };
          std::map<std::string, std::string> const names{
              {"input", "rates.input"}, {"hidden", "rates.recurrent"}, {"readout", "readout"}};
          auto const layer = params.at("layer").template get<std::string>();
          for (auto const& [theirs, ours] : names) {
            if (layer == theirs || layer == "all") term = term.defined() ? term.add(norm(ours)) : norm(ours);
          }
        } else {
          unknown(file.name + ": a term of type \"" + type + "\"");
        }
        term = term.mul(described.value("lambda", 1.0));
        check.same("part." + part, term);
        loss = loss.add(term);
      }
      check.same("loss", loss);
      loss.backward();
      for (auto const& [theirs, ours] : one_area) {
        for (char const* const which : {".weight", ".bias"})
          check.gradient(theirs + which, tensor_of(all, ours + which));
      }
    });
  });
}
