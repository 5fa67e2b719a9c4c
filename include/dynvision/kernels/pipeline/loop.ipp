// The walk through the chunks of a block, and through the steps of each.
#pragma once
#include <dynvision/kernels/device/chunks.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/device/thread_scratch.hpp>
#include <dynvision/kernels/number/conversion.hpp>
#include <dynvision/kernels/pipeline/loop.hpp>

#include <c10/util/SmallVector.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

namespace dynvision::kernels {

// What one thread needs to go through chunks: the pipeline's arguments for one step of a chunk, whose lists have one entry
// each, in a table that is filled before every step.
class ChunkWalk {
 public:
  static constexpr std::int64_t register_bytes = 32, chunk_bytes = Chunks::bytes;  // of the arithmetic type

  ChunkWalk(PipelineType const& type, Engine const& engine, void const* roles, Arguments const& arguments,
            AdjointArguments const* adjoint, Chunks const& chunks)
      : chunks_(chunks),
        loops_(engine.dtype == at::kDouble ? type.in_double : type.in_float),
        n_slots_(type.n_slots),
        roles_(roles),
        arguments_(arguments),
        back_(adjoint),
        copies_(engine.dtype == at::kBFloat16),
        bytes_(engine.bytes()),
        arithmetic_bytes_(engine.dtype == at::kDouble ? 8 : 4) {
    step_.n_steps = 1, step_.batch = 1;
    std::int64_t const size = arguments.size;
    for (int j = 0; j < n_slots_; ++j) step_.role[j] = arguments.role[j];
    if (adjoint == nullptr) {
      step_.x = add(arguments.x, size, reads), step_.previous = add(arguments.previous, size, reads);
      for (int j = 0; j < n_slots_; ++j) {
        RoleArguments const& role = arguments.role[j];
        step_.role[j].operand = add(role.operand, role.operand_stride, reads);
        step_.role[j].tap = add(role.tap, size, writes);
      }
    } else {
      bool const of_tau = adjoint->tau_gradient != nullptr;
      step_back_ = *adjoint;
      bool reads_previous = of_tau;
      for (int j = 0; j < n_slots_; ++j) reads_previous = reads_previous || adjoint->role[j].g_sum != nullptr;
      step_.previous = add(arguments.previous, size, reads_previous ? reads : looks);
      step_back_.g_shared = add(adjoint->g_shared, size, adds),
      step_back_.g_previous = add(adjoint->g_previous, size, writes);
      for (int j = 0; j < n_slots_; ++j) {
        RoleArguments const& role = arguments.role[j];
        AdjointRoleArguments const& from = adjoint->role[j];
        AdjointRoleArguments& to = step_back_.role[j];
        RoleKind const kind = type.roles[j]->kind;
        Needs const needs = type.roles[j]->needs;
        bool const of_input = kind == RoleKind::map ? needs == Needs::input : kind != RoleKind::step || of_tau;
        step_.role[j].tap = nullptr;
        step_.role[j].operand = add(role.operand, role.operand_stride,
                                    from.input != nullptr || role.is_affine || kind == RoleKind::input ? reads : looks);
        to.input = add(from.input, size, of_input ? reads : looks);
        to.output = add(from.output, size, needs == Needs::output ? reads : looks);
        to.incoming = add(from.incoming, size, reads, from.n_incoming);
        to.g_input = add(from.g_input, size, writes), to.g_operand = add(from.g_operand, size, writes);
        to.g_sum = add(from.g_sum, size, adds);
      }
    }
    for (int j = 0; j < most_roles; ++j) {
      if (arguments.role[j].drawn != nullptr) drawn_.push_back(j);
    }
    table_.resize(static_cast<std::size_t>(n_addresses_)), original_ = table_;
    std::int64_t n_repeated = 0;
    for (Signal& signal : signals_) {
      if (chunks.samples == 1 || signal.next_sample != 0 || signal.use == looks) continue;
      signal.repeated = n_repeated++;
      repeated_from_.push_back(nullptr);
    }
    if (n_repeated > 0) repeated_ = thread_scratch<std::byte, 4>(n_repeated * chunk_bytes);
    resolve();
  }

  ChunkWalk(ChunkWalk const&) = delete;  // arguments point into the table
  ChunkWalk& operator=(ChunkWalk const&) = delete;

  // All steps of a chunk. sums: those of w and b for each role, that of tau.
  void run(std::int64_t i, double* sums) {
    std::int64_t const from = chunks_.from(i), to = chunks_.to(i);
    std::int64_t const width = register_bytes / arithmetic_bytes_, n = (to - from) / width * width;
    sample_ = chunks_.sample(i);
    if (n > 0) part(from, n, n, copies_, sums);
    if (n < to - from) part(from + n, to - from - n, width, true, sums);
  }

 private:
  // looks: only whether there is something; adds: reads and writes, in the arithmetic type
  enum Use { looks, reads, writes, adds };
  struct Signal {
    Steps addresses;
    int per_step;
    std::int64_t next_sample;  // numbers
    Use use;
    std::int64_t repeated = -1;  // an operand that all samples of a chunk share
  };

  // Entries of the table, one after the other. The address is not known before all are there: a number in its place.
  Steps add(Steps addresses, std::int64_t next_sample, Use use, int per_step = 1) {
    if (addresses == nullptr || per_step == 0) return nullptr;
    signals_.push_back({addresses, per_step, next_sample, use, -1});
    n_addresses_ += per_step;
    return reinterpret_cast<Steps>(static_cast<std::uintptr_t>(n_addresses_ - per_step + 1));
  }
  void resolve() {
    auto const place = [&](Steps& list) {
      if (list != nullptr) list = table_.data() + (reinterpret_cast<std::uintptr_t>(list) - 1);
    };
    place(step_.x), place(step_.previous), place(step_back_.g_shared), place(step_back_.g_previous);
    for (int j = 0; j < n_slots_; ++j) {
      place(step_.role[j].operand), place(step_.role[j].tap);
      AdjointRoleArguments& to = step_back_.role[j];
      place(to.input), place(to.output), place(to.incoming), place(to.g_input), place(to.g_operand), place(to.g_sum);
    }
  }

  // `count` numbers, in `n` of whole registers: what lies between is zero.
  void part(std::int64_t from, std::int64_t count, std::int64_t n, bool copies, double* sums) {
    std::size_t const n_sums = 2 * static_cast<std::size_t>(n_slots_) + 1;
    alignas(register_bytes) std::byte carry[chunk_bytes];
    alignas(register_bytes) std::byte lanes[(2 * most_roles + 1) * register_bytes];
    if (back_ != nullptr) {
      std::memset(carry, 0, static_cast<std::size_t>(n * arithmetic_bytes_));
      std::memset(lanes, 0, n_sums * register_bytes);
    }
    std::int64_t const room = n * arithmetic_bytes_;
    std::byte* const copied = copies ? thread_scratch<std::byte, 2>(room * n_addresses_) : nullptr;
    for (int i = 0; i < arguments_.n_steps; ++i) {
      int const t = back_ == nullptr ? i : arguments_.n_steps - 1 - i;
      find(t, from);
      if (!drawn_.empty()) draw(t, from, count);
      if (copies) take_copies(copied, room, count);
      for (int j = 0; j < n_slots_; ++j) {
        if (arguments_.role[j].factor != nullptr) step_.role[j].factor = arguments_.role[j].factor + t;
        if (back_ != nullptr && back_->role[j].slope != nullptr) step_back_.role[j].slope = back_->role[j].slope + t;
      }
      if (back_ == nullptr) {
        loops_.forward(roles_, step_, n);
      } else {
        step_back_.continues = t > 0 || back_->continues;
        loops_.reverse(roles_, step_, step_back_, n, carry, lanes);
      }
      if (copies) put_copies_back(count);
    }
    if (sums == nullptr) return;
    std::int64_t const width = std::min(count, register_bytes / arithmetic_bytes_);  // what was padded is no part
    for (std::size_t i = 0; i < n_sums; ++i) {
      std::byte const* const at = lanes + i * register_bytes;
      for (std::int64_t k = 0; k < width; ++k) {
        sums[i] += arithmetic_bytes_ == 8 ? reinterpret_cast<double const*>(at)[k]
                                          : static_cast<double>(reinterpret_cast<float const*>(at)[k]);
      }
    }
  }

  void find(int t, std::int64_t from) {
    void** to = table_.data();
    for (Signal const& signal : signals_) {
      std::int64_t const bytes = signal.use == adds ? arithmetic_bytes_ : bytes_;
      std::int64_t const offset = (sample_ * signal.next_sample + from) * bytes;
      Steps const all = signal.addresses + static_cast<std::ptrdiff_t>(t) * signal.per_step;
      for (int k = 0; k < signal.per_step; ++k) {
        *to++ = all[k] == nullptr      ? nullptr
                : signal.repeated >= 0 ? repeated(signal, all[k]) + from * bytes
                                       : static_cast<std::byte*>(all[k]) + offset;
      }
    }
  }
  // The numbers of a sample, for all samples of a chunk.
  std::byte* repeated(Signal const& signal, void const* of_sample) {
    std::byte* const to = repeated_ + signal.repeated * chunk_bytes;
    void const*& last = repeated_from_[static_cast<std::size_t>(signal.repeated)];
    if (last == of_sample) return to;
    last = of_sample;
    std::int64_t const bytes = chunks_.size * bytes_;
    for (std::int64_t i = 0; i < chunks_.samples; ++i)
      std::memcpy(to + i * bytes, of_sample, static_cast<std::size_t>(bytes));
    return to;
  }
  // What is drawn, for `count` numbers of this step.
  void draw(int t, std::int64_t from, std::int64_t count) {
    float* room = thread_scratch<float, 3>(static_cast<std::int64_t>(drawn_.size()) * chunk_bytes / 4);
    for (int const j : drawn_) {
      for (std::int64_t i = from; i < from + count;) {
        std::int64_t const sample = i / chunks_.size, first = sample * chunks_.size;
        std::int64_t const end = std::min(from + count, first + chunks_.size);
        draw_normal_of_sample(*arguments_.role[j].drawn, t, sample_ + sample, i - first, end - first,
                              room + (i - from));
        i = end;
      }
      table_[static_cast<std::size_t>(step_.role[j].operand - table_.data())] = room;
      room += chunk_bytes / 4;
    }
  }
  template <class F> void each_address(F const& f) {
    std::size_t i = 0;
    for (Signal const& signal : signals_) {
      for (int k = 0; k < signal.per_step; ++k, ++i) {
        if (table_[i] != nullptr) f(signal.use, i);
      }
    }
  }
  void take_copies(std::byte* to, std::int64_t room, std::int64_t count) {
    original_ = table_;
    each_address([&](Use use, std::size_t i) {
      if (use == looks) return;
      std::byte* const copy = to + static_cast<std::int64_t>(i) * room;
      std::int64_t const taken = use == writes ? 0 : count * arithmetic_bytes_;
      if (taken > 0 && use == reads && copies_) {
        widen(static_cast<c10::BFloat16 const*>(table_[i]), reinterpret_cast<float*>(copy), count);
      } else {
        std::memcpy(copy, table_[i], static_cast<std::size_t>(taken));
      }
      std::memset(
          copy + taken, 0,
          static_cast<std::size_t>(room - (use == writes && back_ == nullptr ? count * arithmetic_bytes_ : taken)));
      table_[i] = copy;
    });
  }
  void put_copies_back(std::int64_t count) {
    each_address([&](Use use, std::size_t i) {
      if (use == reads || use == looks) return;
      if (use == writes && copies_) {
        narrow(static_cast<float const*>(table_[i]), static_cast<c10::BFloat16*>(original_[i]), count);
      } else {
        std::memcpy(original_[i], table_[i], static_cast<std::size_t>(count * arithmetic_bytes_));
      }
    });
  }

  Chunks const chunks_;
  StepLoops loops_;
  int n_slots_;
  void const* roles_;
  Arguments const& arguments_;
  AdjointArguments const* back_;
  bool copies_;
  std::int64_t bytes_, arithmetic_bytes_, sample_ = 0;
  int n_addresses_ = 0;
  c10::SmallVector<Signal, 48> signals_;
  c10::SmallVector<int, 4> drawn_;  // roles
  c10::SmallVector<void*, 64> table_, original_;
  std::byte* repeated_ = nullptr;
  c10::SmallVector<void const*, 4> repeated_from_;
  Arguments step_{};
  AdjointArguments step_back_{};
};

// f(walk, chunk) for each chunk; threads share them.
template <class F> void each_chunk(Engine const& engine, Chunks const& chunks, F const& walk_of_thread, auto const& f) {
  std::int64_t const bytes = chunks.numbers * (engine.dtype == at::kDouble ? 8 : 4);
  parallel_pieces(chunks.count(), std::max<std::int64_t>(16384 / std::max<std::int64_t>(bytes, 1), 1),
                  [&](std::int64_t first, std::int64_t last) {
                    ChunkWalk walk = walk_of_thread();
                    for (std::int64_t i = first; i < last; ++i) f(walk, i);
                  });
}

DYNVISION_INLINE void forward_by_loops(PipelineType const& type, Engine const& engine, void const* roles,
                                       Arguments const& arguments) {
  Chunks const chunks(engine, arguments.size, arguments.batch);
  each_chunk(
      engine, chunks, [&] { return ChunkWalk(type, engine, roles, arguments, nullptr, chunks); },
      [&](ChunkWalk& walk, std::int64_t i) { walk.run(i, nullptr); });
}

DYNVISION_INLINE void reverse_by_loops(PipelineType const& type, Engine const& engine, void const* roles,
                                       Arguments const& arguments, AdjointArguments const& adjoint) {
  Chunks const chunks(engine, arguments.size, arguments.batch);
  std::size_t const n_sums = 2 * static_cast<std::size_t>(type.n_slots) + 1;
  bool summed = adjoint.tau_gradient != nullptr;
  for (int j = 0; j < type.n_slots; ++j) summed = summed || adjoint.role[j].g_affine != nullptr;
  std::vector<double> sums;
  if (summed) sums.resize(static_cast<std::size_t>(chunks.count()) * n_sums);
  each_chunk(
      engine, chunks, [&] { return ChunkWalk(type, engine, roles, arguments, &adjoint, chunks); },
      [&](ChunkWalk& walk, std::int64_t i) {
        walk.run(i, summed ? sums.data() + static_cast<std::size_t>(i) * n_sums : nullptr);
      });
  for (std::size_t i = 0; i < sums.size(); ++i) {  // in order, so that a run can be repeated to the bit
    std::size_t const which = i % n_sums, j = which / 2;
    double* const to = which + 1 == n_sums ? adjoint.tau_gradient : adjoint.role[j].g_affine;
    if (to != nullptr) to[which + 1 == n_sums ? 0 : which % 2] += sums[i];
  }
}

}  // namespace dynvision::kernels
