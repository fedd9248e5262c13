// The stub's parser of requests on any bytes, whole and in two parts: the outcome must be the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "stub/request_parser.h"

namespace {

using namespace lynxbench::stub;

void require(bool holds) {
  if (!holds) std::abort();
}

bool within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check(const RequestParser& parser, std::string_view bytes) {
  const ParsedRequest& request = parser.request();
  require(parser.consumed() > 0 && parser.consumed() <= bytes.size());
  require(within(request.method, bytes) && within(request.target, bytes));
  require(request.headers.size() <= RequestParser::kMostHeaders);
  for (const Header& header : request.headers) {
    require(!header.name.empty() && within(header.name, bytes) && within(header.value, bytes));
    require(header.value.find_first_of("\r\n") == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t cut = bytes.empty() ? 0 : data[0] % bytes.size();
  RequestParser whole(1 << 20), parts(1 << 20);
  ParseState state = whole.parse(bytes);
  std::string first = bytes.substr(0, cut);
  ParseState again = parts.parse(first);
  if (again == ParseState::kMore) {
    again = parts.parse(bytes);
    require(again == state);
    if (state == ParseState::kReady) require(parts.consumed() == whole.consumed() && parts.request().body == whole.request().body);
    if (state == ParseState::kReady) check(parts, bytes);
  }
  if (state == ParseState::kReady) check(whole, bytes);
  if (state == ParseState::kBad) require(whole.bad_status() >= 400 && !whole.bad_reason().empty());
  return 0;
}
