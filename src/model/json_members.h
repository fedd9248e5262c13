// A struct's JSON form, member for member. Inside model only.
//
//   LYNX_JSON(Bound, at_least, at_most)      // defines to_json and from_json
#pragma once

#include "base/json.h"

#define LYNX_JSON(Type, ...)                                                              \
  void to_json(Json& nlohmann_json_j, const Type& nlohmann_json_t) {                      \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, __VA_ARGS__))              \
  }                                                                                       \
  void from_json(const Json& nlohmann_json_j, Type& nlohmann_json_t) {                    \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_FROM, __VA_ARGS__))            \
  }
