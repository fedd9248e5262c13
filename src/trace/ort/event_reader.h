// The events of an ONNX Runtime profile, one after another, around what is damaged.
//
//   EventReader events(text, losses);
//   while (std::optional<PlacedEvent> placed = events.next()) use(placed->event);
//
// What cannot be read is counted in the losses with its place, and what can be repaired is repaired.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "trace/array_scanner.h"
#include "trace/loss_count.h"
#include "trace/ort/event.h"

namespace lynxbench::trace::ort {

struct PlacedEvent {
  Event event;
  std::size_t byte = 0;
};

class EventReader {
 public:
  // `text` begins, after blanks, with '['; it and `losses` must outlive this.
  EventReader(std::string_view text, LossCount& losses)
      : text_(text), scanner_(text), losses_(losses) {}

  // The next event of ONNX Runtime's own; nothing at the end. Those of other categories are counted
  // and passed over.
  [[nodiscard]] std::optional<PlacedEvent> next();

  // After the end: counts how the array ended, and whether the profiler's limit was reached.
  void note_ending();

  [[nodiscard]] std::uint64_t ours() const { return ours_; }
  // When there was no event of ours, but others: what to say of them.
  [[nodiscard]] bool is_foreign() const { return ours_ == 0 && others_ > 0; }
  [[nodiscard]] Error not_ours(const std::string& name) const;

 private:
  [[nodiscard]] std::optional<PlacedEvent> read(Element element);
  [[nodiscard]] std::optional<Event> parse(std::string_view object);
  [[nodiscard]] bool is_ours(const PlacedEvent& placed);

  std::string_view text_;
  ArrayScanner scanner_;
  EventParser parser_;
  LossCount& losses_;
  std::uint64_t ours_ = 0;
  std::uint64_t others_ = 0;
  std::string first_foreign_;
};

// What is wrong with an event's time, as a loss's kind; "" when it can be used: then begin and
// duration are there, and their sum fits.
[[nodiscard]] std::string_view time_fault(const Event& event);

// Whether a Node event is an operator's time, as its name's end says; counts it when it is none.
[[nodiscard]] bool is_operator(const Event& event, std::size_t byte, LossCount& losses);
// The name of an operator's node, without what the profiler put behind it.
[[nodiscard]] std::string_view node_name(const Event& event);

// A name for a message: short, and nothing that a terminal obeys.
[[nodiscard]] std::string for_message(std::string_view text);

// The errors of files that are no profile: empty, or no array. Nothing when `text` may be one.
[[nodiscard]] std::optional<Error> refusal(std::string_view text, const std::string& name);

}  // namespace lynxbench::trace::ort
