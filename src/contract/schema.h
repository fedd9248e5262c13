// The contract's schema as a document that explains itself: what is allowed at a path, and why a
// value is not.
//
//   const Schema& schema = published();
//   schema.at({"load", "sessions"})          -> {"type": "integer", "minimum": 1, ...}
//   schema.findings(root)                    -> what is wrong with the shape of a contract
//
// valijson decides whether a value is right (JSON Schema, draft 7); the words come from here, out
// of the schema's own descriptions, limits and examples.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "contract/finding.h"
#include "contract/yaml_tree.h"

namespace lynxbench::contract {

// What valijson says, by the path of the value that it says it of.
using Objections = std::map<Path, std::string>;

// A schema made ready for valijson: schema_validation.cc, alone because its header takes long to
// compile. Threads: objections() may be called from several at once.
class CompiledSchema {
 public:
  explicit CompiledSchema(const Json& schema);
  ~CompiledSchema();
  CompiledSchema(const CompiledSchema&) = delete;
  CompiledSchema& operator=(const CompiledSchema&) = delete;
  [[nodiscard]] Objections objections(const Json& instance) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Schema {
 public:
  explicit Schema(std::string_view text);

  // What the schema says of `path`, references resolved; nullptr for a path that is not allowed.
  [[nodiscard]] const Json* at(const Path& path) const;
  // The same without resolving the last reference: its description is of the key, not of the kind.
  [[nodiscard]] const Json* site(const Path& path) const;

  // Everything wrong with the shape of `root`, in plain words, and all of valijson's objections:
  // those that come from no value alone (exactly one of two keys) are worded by the other checks.
  struct Outcome {
    std::vector<Finding> findings;
    Objections objections;
  };
  [[nodiscard]] Outcome check(const YamlNode& root) const;

  // What may stand at `path`: "a whole number from 1 to 1024", "one of none, basic".
  [[nodiscard]] std::string allowed(const Path& path) const;
  // The keys that a section may have, by the alphabet.
  [[nodiscard]] std::vector<std::string> keys(const Path& path) const;

 private:
  [[nodiscard]] const Json& resolved(const Json& schema) const;
  [[nodiscard]] std::string expectation(const Json& schema) const;
  [[nodiscard]] std::string example(const Path& path) const;
  [[nodiscard]] std::vector<std::string> sections_with(const std::string& key) const;
  [[nodiscard]] std::vector<Finding> explain(const YamlNode& root, const Path& path) const;
  [[nodiscard]] std::vector<Finding> explain_map(const YamlNode& root, const Path& path) const;
  [[nodiscard]] std::vector<Finding> explain_list(const YamlNode& root, const Path& path) const;
  [[nodiscard]] Finding explain_scalar(const YamlNode& root, const Path& path) const;
  [[nodiscard]] Finding unknown_key(const YamlNode& root, const Path& path) const;
  Json document_;
  CompiledSchema compiled_;
};

// The schema of contracts, which never changes while the program runs.
[[nodiscard]] const Schema& published();

}  // namespace lynxbench::contract
