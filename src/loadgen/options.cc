#include "loadgen/options.h"

#include <pthread.h>
#include <sys/prctl.h>

namespace lynxbench::loadgen {

SendingThread::SendingThread(Clock& clock)
    : clock_(clock),
      begin_(clock.now()),
      before_(thread_time()),
      slack_before_(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0)) {
  prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
  pthread_getname_np(pthread_self(), name_before_.data(), name_before_.size());
  pthread_setname_np(pthread_self(), kLoadThread.data());
}

SendingThread::~SendingThread() {
  if (slack_before_ > 0) prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(slack_before_), 0, 0, 0);
  pthread_setname_np(pthread_self(), name_before_.data());
}

SenderTime SendingThread::time() const {
  ThreadTime now = thread_time();
  SenderTime time{.thread = thread_id(),
                  .length_ns = (clock_.now() - begin_).count(),
                  .ran_ns = (now.ran - before_.ran).count()};
  if (now.waited && before_.waited) time.waited_ns = (*now.waited - *before_.waited).count();
  return time;
}

Status check(const Options& options) {
  if (options.max_in_flight < 1) {
    return error(ErrorCode::kInvalidArgument, "max_in_flight is {}; it must be at least 1",
                 options.max_in_flight);
  }
  if (options.drain < Nanos{0} || options.coalesce < Nanos{0}) {
    return error(ErrorCode::kInvalidArgument, "drain ({} ns) and coalesce ({} ns) must not be < 0",
                 options.drain.count(), options.coalesce.count());
  }
  return ok_status();
}

Status check(std::int64_t concurrency, Nanos duration, const Options& options) {
  if (concurrency < 1 || concurrency > options.max_in_flight) {
    return error(ErrorCode::kInvalidArgument,
                 "concurrency is {}; it must be from 1 to max_in_flight, {}", concurrency,
                 options.max_in_flight);
  }
  if (duration <= Nanos{0}) {
    return error(ErrorCode::kInvalidArgument, "duration is {} ns; it must be longer than 0",
                 duration.count());
  }
  return ok_status();
}

}  // namespace lynxbench::loadgen
