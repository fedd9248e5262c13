// A file that is written piece by piece and appears under its name only when it is whole; packed as
// gzip when the name ends in ".gz".
//
//   std::unique_ptr<OutputFile> file = TRY(OutputFile::create("redacted.json.gz"));
//   file->write("[");
//   TRY_STATUS(file->commit());      // without it nothing stays behind
//
// Memory: a few buffers. Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lynxbench::trace {

class OutputFile {
 public:
  // Fails with kUnavailable when a file beside `path` cannot be made.
  [[nodiscard]] static Result<std::unique_ptr<OutputFile>> create(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // What goes wrong is kept for commit() to say; nothing is written after that.
  void write(std::string_view bytes);
  // What the file is called while it is written: for files that must lie beside it.
  [[nodiscard]] const std::string& part_path() const { return part_path_; }
  // The end: syncs and renames. Fails with kExhausted when the disk is full, or kUnavailable.
  [[nodiscard]] Status commit();

 private:
  class Packer;

  OutputFile(std::string path, std::string part_path, int descriptor);
  void flush();
  void write_raw(const char* bytes, std::size_t size);

  std::string path_;
  std::string part_path_;  // while it is written; "" after commit()
  int descriptor_;
  int error_number_ = 0;
  std::string buffer_;
  std::unique_ptr<Packer> packer_;
};

}  // namespace lynxbench::trace
