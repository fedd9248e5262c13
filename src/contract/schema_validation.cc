#include <mutex>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "contract/schema.h"

namespace lynxbench::contract {

struct CompiledSchema::State {
  valijson::Schema schema;
  std::mutex guard;
  valijson::Validator validator;  // keeps its regular expressions: most of the time goes into them
};

CompiledSchema::CompiledSchema(const Json& schema) : state_(std::make_unique<State>()) {
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema), state_->schema);
}

CompiledSchema::~CompiledSchema() = default;

Objections CompiledSchema::objections(const Json& instance) const {
  valijson::ValidationResults results;
  valijson::adapters::NlohmannJsonAdapter target(instance);
  Objections found;
  std::lock_guard lock(state_->guard);
  if (state_->validator.validate(state_->schema, target, &results)) return found;
  for (const valijson::ValidationResults::Error& problem : results) {
    Path path;  // from "<root>", "[load]", "[points]", "[0]"
    for (std::size_t i = 1; i < problem.context.size(); ++i) {
      path.push_back(problem.context[i].substr(1, problem.context[i].size() - 2));
    }
    found.emplace(std::move(path), problem.description);  // the first at a path is the innermost
  }
  return found;
}

}  // namespace lynxbench::contract
