// Every problem of one document, each with its JSON path; positions are looked up only to report.
//
// Reading and validating never stop at the first problem, so that a person sees all of them at
// once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/error.h"

namespace oci::spec {

// The path of a member or an element: "linux" + "namespaces" + 2 is `linux.namespaces[2]`. The path
// of the document itself is empty. A key that is not a plain word is quoted:
// `annotations["a.b/c"]`; control bytes are escaped, and a key of over 80 bytes is cut.
std::string child_path(std::string_view parent, std::string_view key);
std::string child_path(std::string_view parent, size_t index);

// Text from a document, quoted and made safe for one line of a message: control bytes are escaped,
// and what is over 80 bytes is cut.
std::string quoted(std::string_view text);

class Diagnostics {
 public:
  // `path` as child_path() writes it. It may name a property that does not exist: the problem is
  // then shown at the closest thing around it. `text` is what follows "PATH: ".
  void add(std::string path, std::string text);

  // Takes over what `other` found at properties about which nothing is said yet: a check of a
  // property that could not be read, or of something around or within it, would only mislead.
  void add_unrelated(const Diagnostics& other);

  // A problem whose place is known: `offset` in bytes. `path` may be empty.
  void add_at(size_t offset, std::string path, std::string text);

  bool empty() const { return problems_.empty(); }

  // OK if there is no problem. Otherwise one kInvalidConfig error with a line for each problem, in
  // the order of the document and without duplicates, each like
  //   config.json:12:9: linux.namespaces[2].type: expected one of pid, network, found "foo"
  // Columns count characters from 1. `text` is the document, unchanged. After 50 lines: "and N
  // more". `root` is where the document would be in a larger one: the paths begin with it.
  Status to_status(std::string_view document_name, std::string_view text,
                   std::string_view root = {}) const;

 private:
  struct Problem {
    std::string path;
    std::string text;
    std::optional<size_t> offset;
  };

  struct Line {
    size_t offset;
    std::string text;
    bool operator==(const Line&) const = default;
  };

  void keep(Problem problem);
  std::vector<Line> lines(std::string_view text, std::string_view root) const;

  std::vector<Problem> problems_;
  size_t dropped_ = 0;  // a hostile document must not cost memory without bound
};

}  // namespace oci::spec
