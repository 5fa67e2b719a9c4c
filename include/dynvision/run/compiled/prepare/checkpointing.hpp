// Checkpointing: how a run is divided: in groups of samples, one after the other, and in segments of time. What a segment
// keeps is kept, or dropped and computed again, as a whole.
//
// Idle blocks are not kept; the rest is one segment, or one for every k steps in whole blocks. With one segment all groups
// keep theirs, with several only the last group keeps its last one. A budget is met by as many groups that keep theirs as
// fit, the others are computed again from their first step; or else by the largest k, or by smaller groups, for which the
// run keeps no more bytes than that.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/prepare/cost.hpp>

namespace dynvision::run {

// Whether a backward pass may follow.
bool is_differentiated(PreparedRun const& run);

// Segments of as few whole blocks as make k steps; k = 0: one. `keeps`: see is_differentiated.
[[gnu::cold]] void choose_segments(PreparedRun& run, bool keeps, int k);

// Groups of at most so many samples, about alike. The last ones, of at most `waiting` samples but at least one, keep what
// the forward sweep has left of them.
[[gnu::cold]] void divide_samples(PreparedRun& run, std::int64_t most, double waiting);

// Samples for which convolutions run at full speed, and whose smallest signal is enough for threads to share.
[[gnu::cold]] std::int64_t enough_samples(PreparedRun const& run);

// Samples that go together where nobody says how many: what the sweeps need beside what they keep is that of a group.
[[gnu::cold]] std::int64_t samples_together(PreparedRun const& run, bool keeps);

// Groups that all keep their states. The last one is reversed while all of them are there, so it is the smallest: what a
// group needs beside its states adds to them. What has been reversed is gone, so the one before may be twice as large.
[[gnu::cold]] void divide_by_halves(PreparedRun& run);

// The same within so many bytes.
[[gnu::cold]] void divide_within(PreparedRun& run, double budget);

[[gnu::cold]] void divide(PreparedRun& run);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/prepare/checkpointing.ipp>
#endif
