#include "model/string_pool.h"

#include <algorithm>

namespace lynxbench {
namespace {

constexpr std::size_t kFirstSlots = 1024;
constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

// Eight bytes at a time, multiplied and folded: names are long and alike at their beginnings.
std::uint64_t hash_of(std::string_view text) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15ULL;
  std::uint64_t hash = text.size() * kMultiplier;
  const char* at = text.data();
  std::size_t left = text.size();
  const auto mix = [&](std::uint64_t word) {
    const auto product = static_cast<Wide>(hash ^ word) * kMultiplier;
    hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    mix(word);
  }
  if (left != 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    mix(word + left);
  }
  return hash ^ (hash >> 29);
}

}  // namespace

StringPool::StringPool() : slots_(kFirstSlots, 0) { intern(""); }

std::size_t StringPool::slot_of(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    const std::uint32_t id = slots_[slot] - 1;
    if (hashes_[id] == hash && strings_[id] == text) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

NameId StringPool::intern(std::string_view text) {
  const std::uint64_t hash = hash_of(text);
  const std::size_t slot = slot_of(text, hash);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  const auto id = static_cast<NameId>(strings_.size());
  strings_.push_back(copy(text));
  hashes_.push_back(hash);
  slots_[slot] = id + 1;
  if (strings_.size() * 2 > slots_.size()) grow();
  return id;
}

NameId StringPool::find(std::string_view text) const {
  const std::uint32_t slot = slots_[slot_of(text, hash_of(text))];
  return slot == 0 ? kNoRow : slot - 1;
}

std::string_view StringPool::copy(std::string_view text) {
  if (text.size() > block_left_) {
    const std::size_t size = std::max(kBlockBytes, text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    block_at_ = blocks_.back().get();
    block_left_ = size;
  }
  if (!text.empty()) std::memcpy(block_at_, text.data(), text.size());
  const std::string_view kept(block_at_, text.size());
  block_at_ += text.size();
  block_left_ -= text.size();
  return kept;
}

void StringPool::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t id = 0; id < hashes_.size(); ++id) {
    std::size_t slot = hashes_[id] & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = id + 1;
  }
}

}  // namespace lynxbench
