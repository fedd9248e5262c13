// A program as the server ("command"): in the mode kPerRequest a process for each request, in kPipe a
// process that goes on.
//
//   kPerRequest: Input::body on its stdin, which is closed then; the answer is its stdout, complete
//     when the process has ended; exit code 0 is success. EndpointSpec::connections limits how many
//     run at once (0: as many as requests are out). Starting one is part of the service time.
//   kPipe: each request is a line (Input::body and a line end) on its stdin, each answer a line of its
//     stdout, in the same order. EndpointSpec::connections processes are used (0: one), each request
//     goes to the one with the fewest. When one ends, or answers a request too late, all that it had
//     fail; the next request starts it anew.
//
// The first byte is the first one of stdout. Nothing is known of when bytes came but when they were
// read. A process that is given up (time-out, abandon()) is killed, with what it started.
#pragma once

#include <memory>

#include "target/target.h"

namespace lynxbench::target {

// kUnavailable where there is no such program, or it cannot be started.
[[nodiscard]] Result<std::unique_ptr<Target>> open_command(const Contract& contract, const Inputs& inputs, Clock& clock);

}  // namespace lynxbench::target
