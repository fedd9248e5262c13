// The client's side of a reconciliation, in constant memory.
//
//   ClientViewTally tally;
//   for (const RequestRecord& record : records) tally.add(record);     // in any order
//   ClientView view = tally.view();
#pragma once

#include "model/request.h"
#include "model/server_view.h"

namespace lynxbench::metrics {

// Threads: one at a time.
class ClientViewTally {
 public:
  // Requests that were never sent count for nothing; unfinished ones are failed, and their time is not
  // known.
  void add(const RequestRecord& record);
  void merge(const ClientView& other);
  [[nodiscard]] const ClientView& view() const { return view_; }

 private:
  ClientView view_;
};

}  // namespace lynxbench::metrics
