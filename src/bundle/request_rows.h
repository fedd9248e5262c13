// A request in the tables `requests` and `exchanges`, written and read. Inside bundle only.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bundle/database.h"
#include "model/request.h"

namespace lynxbench::bundle {

// An unsigned number as SQLite's signed one; kInvalidArgument, naming `what`, where it does not fit.
[[nodiscard]] Result<std::int64_t> stored(std::uint64_t value, std::string_view what);
// NULL for "".
void bind_text_or_null(Statement& statement, int parameter, const std::string& text);
// "(?,?,?)"
[[nodiscard]] std::string placeholders(int count);

// Writes requests with what a client on the network saw of them.
class RequestInserts {
 public:
  // `how`: "INSERT", or "INSERT OR IGNORE" for rows that may be there.
  [[nodiscard]] static Result<RequestInserts> prepare(const Database& database,
                                                      const std::string& how);
  [[nodiscard]] Status run(std::uint32_t phase, std::span<const RequestRecord> records);

 private:
  RequestInserts(Statement requests, Statement exchanges);
  Statement requests_;
  Statement exchanges_;
};

// Phase and index are the first two columns of both; look at row.status() before using what comes back.
extern const std::string_view kSelectRequests;
extern const std::string_view kSelectExchanges;
[[nodiscard]] RequestRecord request_of(Row& row);
[[nodiscard]] Exchange exchange_of(Row& row);

}  // namespace lynxbench::bundle
