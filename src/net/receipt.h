// When bytes came: the kernel notes it on the wall clock, all else here is on the monotonic one.
#pragma once

#include <sys/socket.h>

#include <cstddef>

#include "base/clock.h"

namespace lynxbench::net {

struct Receipt {
  Nanos at{0};             // when the kernel had the last of the bytes; if it did not tell, `read`
  Nanos read{0};           // when they were read
  bool by_kernel = false;  // the kernel told
};

// Converts CLOCK_REALTIME into CLOCK_MONOTONIC. Both run at the same rate, so their difference
// changes only when somebody sets the wall clock: it is read again every 10 ms, and at once where a
// time would lie in the future.
class WallOffset {
 public:
  // `wall_ns` as the kernel stamped something that was read at `read`: never later than `read`.
  [[nodiscard]] Nanos monotonic(std::int64_t wall_ns, Nanos read);

 private:
  void refresh(Nanos now);
  Nanos offset_{0};  // monotonic - wall
  Nanos refreshed_{Nanos::min()};
};

// Asks for a time of receipt with every read; false when the kernel has none.
bool ask_for_receipts(int fd);
// One recvmsg: its return value (errno set), and the receipt when it is above 0.
struct Received {
  ssize_t bytes = 0;
  Receipt receipt;
};
[[nodiscard]] Received receive(int fd, char* into, std::size_t room, WallOffset& offset);

}  // namespace lynxbench::net
