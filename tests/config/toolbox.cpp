// The keys of the Python toolbox, with its aliases and defaults: params/*.py and config_defaults.yaml.
#include <dynvision/config/resolve.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace dynvision;
using namespace dynvision::config;

namespace {

struct ToolboxKey {
  std::string section, name;
  std::vector<std::string> aliases;
  std::string default_value;  // JSON; empty: none in its files
};

std::vector<ToolboxKey> const toolbox_keys{
    {"model", "seed", {}, R"(0)"},
    {"model", "log_level", {}, R"("info")"},
    {"model", "model_name", {}, R"()"},
    {"model", "n_classes", {"classes"}, R"()"},
    {"model", "input_dims", {}, R"()"},
    {"model", "n_timesteps", {"steps", "tsteps"}, R"()"},
    {"model", "data_presentation_pattern", {"pattern"}, R"()"},
    {"model", "input_adaption_weight", {"inadapt"}, R"()"},
    {"model", "dt", {}, R"()"},
    {"model", "tau", {}, R"()"},
    {"model", "t_feedforward", {"tff"}, R"()"},
    {"model", "t_recurrence", {"trc"}, R"()"},
    {"model", "t_feedback", {"tfb"}, R"()"},
    {"model", "t_skip", {"tsk"}, R"()"},
    {"model", "dynamics_solver", {"solver"}, R"()"},
    {"model", "idle_timesteps", {"idle"}, R"()"},
    {"model", "feedforward_only", {"ffonly"}, R"()"},
    {"model", "truncated_bptt_timesteps", {"tbptt"}, R"()"},
    {"model", "recurrence_type", {"rctype"}, R"()"},
    {"model", "skip", {}, R"()"},
    {"model", "feedback", {}, R"()"},
    {"model", "supralinearity", {"supralin"}, R"()"},
    {"model", "store_responses", {}, R"(0)"},
    {"model", "store_responses_on_cpu", {}, R"(true)"},
    {"model", "classifier_name", {}, R"("classifier")"},
    {"model", "store_train_responses", {"store_train_resp"}, R"(0)"},
    {"model", "store_val_responses", {"store_val_resp"}, R"(0)"},
    {"model", "store_test_responses", {"store_test_resp"}, R"(12)"},
    {"model", "store_train_records", {"store_train_rec"}, R"()"},
    {"model", "store_val_records", {"store_val_rec"}, R"()"},
    {"model", "store_test_records", {"store_test_rec"}, R"()"},
    {"model", "early_test_stop", {"early_stop"}, R"(true)"},
    {"model", "response_resolution", {"resp_res"}, R"("layer")"},
    {"model", "loss", {}, R"(["CrossEntropyLoss"])"},
    {"model",
     "loss_configs",
     {},
     R"({"CrossEntropyLoss":{"weight":1,"ignore_index":-1},"ActivityLoss":{"weight":0.0002}})"},
    {"model", "loss_reaction_time", {"lossrt"}, R"(0)"},
    {"model", "learning_rate", {"lr"}, R"(0.0002)"},
    {"model", "optimizer", {"opt"}, R"("Adam")"},
    {"model", "optimizer_kwargs", {}, R"({"weight_decay":0.0005,"fused":false})"},
    {"model", "optimizer_configs", {}, R"({"monitor":"val_loss"})"},
    {"model", "target_dtype", {}, R"("float16")"},
    {"model",
     "lr_parameter_groups",
     {},
     R"({"regular":{"lr_factor":1.0},"recurrence":{"lr_factor":0.2},"feedback":{"lr_factor":0.5}})"},
    {"model", "scheduler", {"sched"}, R"("CosineAnnealingLR")"},
    {"model", "scheduler_kwargs", {}, R"({"T_max":500})"},
    {"model",
     "scheduler_configs",
     {},
     R"({"interval":"epoch","frequency":1,"monitor":"train_loss","name":"lr_scheduled"})"},
    {"model", "retain_graph", {}, R"(false)"},
    {"model", "non_label_index", {}, R"(-1)"},
    {"model", "model_kwargs", {}, R"()"},
    {"model", "cached_model_kwargs", {}, R"()"},
    {"trainer", "seed", {}, R"(0)"},
    {"trainer", "log_level", {}, R"("info")"},
    {"trainer", "epochs", {"ep"}, R"(300)"},
    {"trainer", "check_val_every_n_epoch", {"val_freq"}, R"(10)"},
    {"trainer", "log_every_n_steps", {"log_freq"}, R"(20)"},
    {"trainer", "num_sanity_val_steps", {}, R"(0)"},
    {"trainer", "accumulate_grad_batches", {"accum"}, R"(4)"},
    {"trainer", "precision", {"prec"}, R"(32)"},
    {"trainer", "deterministic", {"determ"}, R"(false)"},
    {"trainer", "strategy", {"strat"}, R"()"},
    {"trainer", "devices", {"dev"}, R"(1)"},
    {"trainer", "num_nodes", {"nodes"}, R"(1)"},
    {"trainer", "accelerator", {"accel"}, R"("auto")"},
    {"trainer", "sync_batchnorm", {}, R"()"},
    {"trainer", "strategy_kwargs", {}, R"({})"},
    {"trainer", "enable_progress_bar", {"prog"}, R"(false)"},
    {"trainer", "profiler", {"prof"}, R"("None")"},
    {"trainer", "benchmark", {}, R"(true)"},
    {"trainer", "gradient_clip_val", {"clip"}, R"(1.0)"},
    {"trainer", "gradient_clip_algorithm", {}, R"("norm")"},
    {"trainer", "limit_val_batches", {}, R"(0.2)"},
    {"trainer", "reload_dataloaders_every_n_epochs", {}, R"(0)"},
    {"trainer", "early_stopping_patience", {"patience"}, R"()"},
    {"trainer", "early_stopping_min_delta", {}, R"(0.0)"},
    {"trainer", "early_stopping_monitor", {}, R"("val_loss")"},
    {"trainer", "early_stopping_mode", {}, R"("min")"},
    {"trainer", "save_top_k", {"topk"}, R"(2)"},
    {"trainer", "monitor_checkpoint", {}, R"("val_loss")"},
    {"trainer", "checkpoint_mode", {}, R"("min")"},
    {"trainer", "save_last", {}, R"(true)"},
    {"trainer", "every_n_epochs", {}, R"(50)"},
    {"data", "seed", {}, R"(0)"},
    {"data", "log_level", {}, R"("info")"},
    {"data", "data_name", {}, R"("imagenette")"},
    {"data", "data_group", {}, R"("all")"},
    {"data", "train", {}, R"(true)"},
    {"data", "use_ffcv", {}, R"(false)"},
    {"data", "batch_size", {}, R"(192)"},
    {"data", "num_workers", {}, R"(4)"},
    {"data", "persistent_workers", {}, R"(true)"},
    {"data", "drop_last", {}, R"(true)"},
    {"data", "train_ratio", {}, R"(0.9)"},
    {"data", "transform_backend", {}, R"()"},
    {"data", "transform_context", {}, R"()"},
    {"data", "transform_preset", {}, R"()"},
    {"data", "target_data_name", {}, R"()"},
    {"data", "target_data_group", {}, R"()"},
    {"data", "resolution", {}, R"()"},
    {"data", "normalize", {}, R"()"},
    {"data", "pixel_range", {}, R"("0-1")"},
    {"data", "data_timesteps", {"dsteps"}, R"(1)"},
    {"data", "non_input_value", {}, R"(0)"},
    {"data", "non_label_index", {}, R"(-1)"},
    {"data", "use_distributed", {"use_distributed_mode"}, R"(false)"},
    {"data", "encoding", {}, R"("image")"},
    {"data", "writer_mode", {}, R"("proportion")"},
    {"data", "max_resolution", {}, R"(224)"},
    {"data", "compress_probability", {}, R"(0.25)"},
    {"data", "jpeg_quality", {}, R"(60)"},
    {"data", "chunksize", {}, R"(1000)"},
    {"data", "page_size", {}, R"(4194304)"},
    {"data", "dtype", {}, R"()"},
    {"data", "precision", {}, R"(32)"},
    {"data", "batches_ahead", {}, R"(3)"},
    {"data", "prefetch_factor", {}, R"(1)"},
    {"data", "order", {}, R"("QUASI_RANDOM")"},
    {"data", "os_cache", {}, R"(true)"},
    {"data", "cache_size", {}, R"(1000)"},
    {"data", "pin_memory", {}, R"(false)"},
    {"data", "shuffle", {}, R"(true)"},
    {"data", "sampler", {}, R"()"},
    {"data", "dataloader_kwargs", {}, R"({})"},
};

// Their files are not here, or the value has no meaning here.
std::set<std::string> const other_here{
    "data.data_name",           // fashion_mnist, which Debian has
    "data.data_timesteps",      // the loader's
    "model.loss_reaction_time"  // of config_workflow.yaml
};
// Keys begin with it.
std::set<std::string> const groups{"model.scheduler_configs"};

}  // namespace

TEST_CASE("every key and alias of the toolbox is known, and its default is a value that it takes", "[config]") {
  for (ToolboxKey const& one : toolbox_keys) {
    INFO(one.section << "." << one.name);
    std::vector<Key const*> const keys = catalog().find(one.section, one.name);
    if (keys.empty() && groups.contains(one.section + "." + one.name)) continue;
    REQUIRE(keys.size() == 1);
    for (std::string const& alias : one.aliases) {
      INFO(alias);
      // Here the switch of the mode; in the toolbox it has both meanings.
      if (alias == "use_distributed_mode") continue;
      CHECK(catalog().find(one.section, alias) == keys);
    }
    if (one.default_value.empty()) continue;
    Resolved const resolved =
        resolve({.arguments = {"--" + one.section + "." + one.name, one.default_value}, .shipped = std::nullopt});
    for (Problem const& problem : resolved.problems.all()) {
      INFO(problem.line());
      CHECK(problem.number > 140);  // about other keys
    }
  }
}

TEST_CASE("without a file a study has the toolbox's defaults", "[config]") {
  REQUIRE(shipped_folder());
  Resolved const resolved = resolve({.arguments = {"--use_local_mode", "false"}, .cluster = ""});
  for (Problem const& problem : resolved.problems.all()) {
    INFO(problem.line());
    CHECK(false);
  }
  for (ToolboxKey const& one : toolbox_keys) {
    std::string const name = one.section + "." + one.name;
    if (one.default_value.empty() || other_here.contains(name)) continue;
    Setting const* const setting = resolved.find(name);
    if (setting == nullptr || !setting->key->without_effect.empty()) continue;
    INFO(name);
    CHECK(setting->origin.value == Json::parse(one.default_value));
  }
}
