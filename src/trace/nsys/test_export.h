// Exports of Nsight Systems made in a test, as SQL.
//
//   const std::string bytes = database_of("CREATE TABLE StringIds (...); INSERT ...");
//   const Result<Timeline> timeline = read_bytes(bytes);
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "trace/byte_source.h"
#include "trace/link.h"
#include "trace/nsys/reader.h"

namespace lynxbench::trace::nsys {

// The file that the statements make, of small pages.
inline std::string database_of(const std::string& sql, int page_bytes = 512) {
  sqlite3* connection = nullptr;
  CHECK(sqlite3_open(":memory:", &connection) == SQLITE_OK);
  const std::string whole = "PRAGMA page_size = " + std::to_string(page_bytes) + ";" + sql;
  char* why = nullptr;
  const int result = sqlite3_exec(connection, whole.c_str(), nullptr, nullptr, &why);
  if (result != SQLITE_OK) std::fprintf(stderr, "%s\n", why);
  CHECK(result == SQLITE_OK);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(connection, "main", &size, 0);
  CHECK(bytes != nullptr);
  std::string file(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  sqlite3_close(connection);
  return file;
}

inline Result<Timeline> read_and_link(ByteSource& source) {
  Timeline timeline = TRY(reader().read(source, {}));
  link(timeline);
  return timeline;
}

inline Result<Timeline> read_bytes(std::string_view bytes) {
  const std::unique_ptr<ByteSource> source = TRY(open_bytes(bytes, "test.sqlite"));
  return read_and_link(*source);
}

}  // namespace lynxbench::trace::nsys
