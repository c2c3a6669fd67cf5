// The machine under the measurement: clocks, one core, memory.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

namespace vesper::bench {

double wall_seconds();
// Of all threads of this process.  On a core that others want too it goes on while this process
// runs only, so it is what is reported.
double cpu_seconds();

// Keeps this thread, and every thread that it starts, on the last core that it may use.  The core.
int pin_to_one_core();

// By how much the resident memory of a forked process grows at its highest while it does `work`
// after `prepare` [MB]; none when the process fails.
std::optional<double> peak_growth_mb(const std::function<void()>& prepare,
                                     const std::function<bool()>& work);

}  // namespace vesper::bench
