// What a stretch of a program asks of LibTorch's dispatcher, and where its time goes.
#pragma once

extern "C" {
struct BenchCalls {
  long long calls;     // operators that went through the dispatcher, those inside others too
  double convolution;  // [s] inside convolutions, forward and backward
  double operators;    // [s] inside operators, or between a RecordFunction of user scope and its end
};
void bench_calls_start();
void bench_calls_stop(BenchCalls* counts);
}
