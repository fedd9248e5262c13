#include "net/receipt.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <sys/uio.h>

#include <cstring>
#include <ctime>

#include "net/poller.h"

namespace lynxbench::net {
namespace {

constexpr Nanos kRefresh{10'000'000};
constexpr int kReadings = 3;

Nanos wall_now() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return Nanos{std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec};
}

}  // namespace

void WallOffset::refresh(Nanos now) {
  Nanos narrowest = kNever;
  for (int i = 0; i < kReadings; ++i) {
    Nanos before = Poller::now();
    Nanos wall = wall_now();
    Nanos after = Poller::now();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    offset_ = before + narrowest / 2 - wall;
  }
  refreshed_ = now;
}

Nanos WallOffset::monotonic(std::int64_t wall_ns, Nanos read) {
  if (refreshed_ == Nanos::min() || read - refreshed_ > kRefresh) refresh(read);
  Nanos at = Nanos{wall_ns} + offset_;
  if (at > read) {
    refresh(read);
    at = std::min(Nanos{wall_ns} + offset_, read);
  }
  return at;
}

bool ask_for_receipts(int fd) {
  int flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

Received receive(int fd, char* into, std::size_t room, WallOffset& offset) {
  iovec part{into, room};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(scm_timestamping)) + 64];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  Received got;
  got.bytes = recvmsg(fd, &message, 0);
  if (got.bytes <= 0) return got;
  got.receipt.read = Poller::now();
  got.receipt.at = got.receipt.read;
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_TIMESTAMPING) continue;
    scm_timestamping stamps{};
    std::memcpy(&stamps, CMSG_DATA(one), sizeof stamps);
    std::int64_t wall = std::int64_t{stamps.ts[0].tv_sec} * 1'000'000'000 + stamps.ts[0].tv_nsec;
    if (wall == 0) continue;
    got.receipt.at = offset.monotonic(wall, got.receipt.read);
    got.receipt.by_kernel = true;
  }
  return got;
}

}  // namespace lynxbench::net
