// Collects every problem of one document, each with its JSON path. Positions in the text are
// computed only for the report.
//
// Reading and validating never stop at the first problem: the user sees all of them at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/code.h"
#include "spec/error.h"

namespace oci::spec {

// The path of a member or an element: "linux" + "namespaces" + 2 is `linux.namespaces[2]`. The path
// of the document is empty. Unusual keys are quoted: `annotations["a.b/c"]`. Control bytes are
// escaped, and keys are cut at 80 bytes.
std::string child_path(std::string_view parent, std::string_view key);
std::string child_path(std::string_view parent, size_t index);

// Quotes text from a document for a one-line message. Escapes control bytes, cuts at 80 bytes.
std::string quoted(std::string_view text);

// One problem, with its place in the document.
struct Finding {
  std::string path;  // "": the document
  std::string text;
  Code code = Code::kConfig;
  size_t offset = 0;
  size_t line = 1;  // both count from 1
  size_t column = 1;

  std::string message() const { return path.empty() ? text : cat(path, ": ", text); }
};

class Diagnostics {
 public:
  // Adds "PATH: TEXT". `path` is in the form of child_path(). It may name a missing property: the
  // position is then that of the closest existing parent.
  void add(std::string path, std::string text, Code code = Code::kConfig);

  // Takes the problems of `other` except for paths that are within, around or equal to one reported
  // already. A check of a property that could not be read would only mislead.
  void add_unrelated(const Diagnostics& other);

  // Adds a problem at a known byte offset. `path` may be empty.
  void add_at(size_t offset, std::string path, std::string text, Code code = Code::kConfig);

  // From now on Reader adds each property that it does not know to `unknown`, which the
  // specification says to ignore.
  void report_unknown_to(Diagnostics& unknown) { unknown_ = &unknown; }
  Diagnostics* unknown() const { return unknown_; }

  bool empty() const { return problems_.empty(); }

  // OK if there is no problem. Otherwise one kInvalidConfig error with a line for each problem, in
  // the order of the document and without duplicates, like
  //   config.json:12:9: linux.namespaces[2].type: expected one of pid, network, found "foo"
  // Columns count characters from 1. `text` is the document, unchanged. After 50 lines: "and N
  // more". `root` is the path of the document within a larger one, and prefixes all paths.
  Status to_status(std::string_view document_name, std::string_view text,
                   std::string_view root = {}) const;

  // All problems, in the order of the document and without duplicates.
  std::vector<Finding> findings(std::string_view text, std::string_view root = {}) const;
  size_t dropped() const { return dropped_; }  // more problems than one object keeps

  // The first problem, with its property and without a position, for values that no document has.
  Status first() const;

 private:
  struct Problem {
    std::string path;
    std::string text;
    Code code;
    std::optional<size_t> offset;
  };

  void keep(Problem problem);

  std::vector<Problem> problems_;
  Diagnostics* unknown_ = nullptr;
  size_t dropped_ = 0;  // bounds the memory that a hostile document can cost
};

}  // namespace oci::spec
