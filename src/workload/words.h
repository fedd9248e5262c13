// Text without meaning, of a known length: common English words, about one token each.
//
//   std::string text;
//   append_words(text, random, 128);    // "water left often ..."
//
// 800 words that are one token each after a blank in five vocabularies (words.cc); the first of a
// message has no blank before it and takes two in about one case of ten. Chat templates and
// beginning-of-text tokens come on top: the server's own count is what is reported.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"

namespace lynxbench::workload {

// Appends `count` words, a blank before each but the first of all.
void append_words(std::string& text, Random& random, std::int64_t count);

}  // namespace lynxbench::workload
