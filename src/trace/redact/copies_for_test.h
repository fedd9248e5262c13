// Copies made in a test, and what must be the same when they are read.
//
//   const Folder folder;
//   redact_file(folder.file("in.json"), folder.file("out.json"), {});
//   expect_same_files(folder.file("in.json"), folder.file("out.json"));
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "trace/reader.h"
#include "trace/redact/redact.h"
#include "trace/timeline_for_test.h"

namespace lynxbench::trace::redact {

// A folder that is gone after the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "lynx_redact_XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator{}));
  }

 private:
  fs::path path_;
};

inline std::string content(const std::string& path) {
  const std::unique_ptr<ByteSource> source = std::move(open_file(path).value());
  std::string text(std::size_t{1} << 24, '\0');
  text.resize(source->read(text));
  return text;
}

inline std::string redacted(const std::string& text, const Options& options = {}) {
  const Folder folder;
  EXPECT_TRUE(write_file_atomic(folder.file("in.json"), text).ok());
  const Result<Redaction> done = redact_file(folder.file("in.json"), folder.file("out.json"), options);
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text());
  return done.ok() ? content(folder.file("out.json")) : "";
}

inline void expect_same_device(const Timeline& a, const Timeline& b) {
  ASSERT_EQ(a.device.size(), b.device.size());
  std::map<NameId, NameId> names;
  std::set<NameId> seen;
  for (std::size_t i = 0; i < a.device.size(); ++i) {
    ASSERT_EQ(a.device.begin_ns[i], b.device.begin_ns[i]);
    ASSERT_EQ(a.device.end_ns[i], b.device.end_ns[i]);
    ASSERT_EQ(a.device.work[i], b.device.work[i]);
    ASSERT_EQ(a.device.call[i], b.device.call[i]);
    ASSERT_EQ(facts_text(a, i).substr(0, 40), facts_text(b, i).substr(0, 40));
    ASSERT_EQ(a.lanes[a.device.lane[i]].stream, b.lanes[b.device.lane[i]].stream);
    ASSERT_EQ(a.lanes[a.device.lane[i]].device, b.lanes[b.device.lane[i]].device);
    const auto [name, is_new] = names.try_emplace(a.device.name[i], b.device.name[i]);
    ASSERT_EQ(name->second, b.device.name[i]) << a.names[a.device.name[i]];
    ASSERT_EQ(is_new, seen.insert(name->second).second) << b.names[name->second];
  }
}

inline void expect_same_host(const Timeline& a, const Timeline& b) {
  ASSERT_EQ(a.host.size(), b.host.size());
  std::map<NameId, NameId> names;
  std::set<NameId> seen;
  for (std::size_t i = 0; i < a.host.size(); ++i) {
    ASSERT_EQ(a.host.begin_ns[i], b.host.begin_ns[i]);
    ASSERT_EQ(a.host.end_ns[i], b.host.end_ns[i]);
    ASSERT_EQ(a.host.work[i], b.host.work[i]);
    ASSERT_EQ(a.host.thread[i], b.host.thread[i]);
    const auto [name, is_new] = names.try_emplace(a.host.name[i], b.host.name[i]);
    ASSERT_EQ(name->second, b.host.name[i]) << a.names[a.host.name[i]];
    ASSERT_EQ(is_new, seen.insert(name->second).second) << b.names[name->second];
  }
}

inline void expect_same_requests(const Timeline& a, const Timeline& b) {
  ASSERT_EQ(a.requests.size(), b.requests.size());
  for (std::size_t i = 0; i < a.requests.size(); ++i) {
    EXPECT_EQ(a.requests[i].begin_ns, b.requests[i].begin_ns);
    EXPECT_EQ(a.requests[i].end_ns, b.requests[i].end_ns);
    EXPECT_EQ(a.requests[i].parent, b.requests[i].parent);
    EXPECT_EQ(a.requests[i].stages, b.requests[i].stages);
    EXPECT_EQ(a.requests[i].failed, b.requests[i].failed);
  }
  ASSERT_EQ(a.spans.size(), b.spans.size());
  for (std::size_t i = 0; i < a.spans.size(); ++i) {
    EXPECT_EQ(a.spans[i].begin_ns, b.spans[i].begin_ns);
    EXPECT_EQ(a.spans[i].end_ns, b.spans[i].end_ns);
    EXPECT_EQ(a.spans[i].parent, b.spans[i].parent);
    EXPECT_EQ(a.spans[i].request, b.spans[i].request);
    EXPECT_EQ(a.spans[i].failed, b.spans[i].failed);
  }
}

inline void expect_same_quantities(const Timeline& a, const Timeline& b) {
  const auto values = [](const auto& column) {
    std::vector<double> list;
    for (std::size_t i = 0; i < column.size(); ++i) list.push_back(static_cast<double>(column[i]));
    return list;
  };
  ASSERT_EQ(a.series.size(), b.series.size());
  for (std::size_t i = 0; i < a.series.size(); ++i) {
    EXPECT_EQ(values(a.series[i].at_ns), values(b.series[i].at_ns));
    EXPECT_EQ(values(a.series[i].value), values(b.series[i].value));
    EXPECT_EQ(a.series[i].kind, b.series[i].kind) << a.series[i].name;
    EXPECT_EQ(a.series[i].unit, b.series[i].unit) << a.series[i].name;
    EXPECT_EQ(a.series[i].device, b.series[i].device);
    EXPECT_EQ(a.series[i].missing, b.series[i].missing);
  }
  ASSERT_EQ(a.totals.size(), b.totals.size());
  for (std::size_t i = 0; i < a.totals.size(); ++i) {
    EXPECT_EQ(a.totals[i].count, b.totals[i].count);
    EXPECT_EQ(a.totals[i].total_ns, b.totals[i].total_ns);
  }
}

// What of a timeline must be the same in the copy; names are compared by which rows share one.
inline void expect_same(const Timeline& a, const Timeline& b) {
  EXPECT_EQ(a.calls.size(), b.calls.size());
  EXPECT_EQ(a.lanes.size(), b.lanes.size());
  EXPECT_EQ(a.threads.size(), b.threads.size());
  EXPECT_EQ(a.waits.size(), b.waits.size());
  EXPECT_EQ(a.operators.size(), b.operators.size());
  EXPECT_EQ(a.devices.size(), b.devices.size());
  EXPECT_EQ(a.rank, b.rank);
  EXPECT_EQ(a.clock.kind, b.clock.kind);
  EXPECT_EQ(a.clock.wall_offset_ns, b.clock.wall_offset_ns);
  expect_same_device(a, b);
  expect_same_host(a, b);
  expect_same_requests(a, b);
  expect_same_quantities(a, b);
}

inline void expect_same_files(const std::string& from, const std::string& to) {
  const auto a = read_file(from, {});
  const auto b = read_file(to, {});
  ASSERT_TRUE(a.ok() && b.ok()) << from << (b.ok() ? "" : b.error().text());
  ASSERT_EQ(a->size(), 1U);
  ASSERT_EQ(b->size(), 1U);
  expect_same(a->front(), b->front());
}

}  // namespace lynxbench::trace::redact
