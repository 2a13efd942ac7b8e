// A conformance case: one sentence of the specification, and a test for it.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace oci::conformance {

class Sandbox;

struct Case {
  using Body = std::function<void(Sandbox&)>;

  // Registers itself: a case is a global in a file below cases/. `seconds` is its time limit.
  Case(std::string name, std::string clause, Body body, int seconds = 30);

  std::string name;    // "hostname/is-the-configured-one"
  std::string clause;  // source: "config.md#hostname", "cli-contract 5.2", "CVE-2019-5736"
  Body body;
  int seconds;
};

// Every case, sorted by name.
std::vector<const Case*> all_cases();

// Thrown by a case; becomes one line of the report. Every case has a process of its own.
struct Failed : std::runtime_error {
  using runtime_error::runtime_error;
};

// The case cannot be judged on this machine: `what()` names the missing feature.
struct Skipped : std::runtime_error {
  using runtime_error::runtime_error;
};

}  // namespace oci::conformance
