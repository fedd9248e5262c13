// All looks at one rate, together. Inside loadgen only.
#pragma once

#include <cstddef>
#include <vector>

#include "model/contract.h"
#include "model/figures.h"

namespace lynxbench::loadgen {

class Evidence {
 public:
  void add(const SearchStep& step);

  [[nodiscard]] std::size_t looks() const { return looks_; }
  [[nodiscard]] std::size_t passed() const { return passed_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }

  // PASS: no look failed, and each passed or every term passes with the requests of all together.
  // FAIL: no look passed, and each failed or a term fails with the requests of all together.
  [[nodiscard]] PointVerdict verdict() const;
  // Would it pass with `looks_in_all` looks, if the coming ones were like those so far?
  [[nodiscard]] bool may_pass(std::size_t looks_in_all) const;
  // Do fresh looks agree with a verdict that others gave? Each says the same, or none says the opposite
  // and all together do with 80 %. With the 95 % of the verdict that is to be confirmed, an error
  // needs both: one in a hundred.
  [[nodiscard]] bool agrees_with(PointVerdict wanted) const;
  // What the looks suggest, proven or not.
  [[nodiscard]] bool leans_to_pass() const;
  // Was any request over a limit?
  [[nodiscard]] bool any_over() const;

 private:
  struct Term {
    double allowed = 0;
    double requests = 0;
    double over = 0;
    double effective = 0;
  };
  [[nodiscard]] bool together_pass(double times, double tail) const;
  [[nodiscard]] bool together_fail(double tail) const;

  std::size_t looks_ = 0;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  std::vector<Term> terms_;
};

}  // namespace lynxbench::loadgen
