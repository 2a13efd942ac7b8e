// The parent's side of wire/handover.h.
#pragma once

#include <cstddef>

#include "runtime/sys/pidfd.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/wire/handover.h"
#include "spec/error.h"

namespace oci::launch {

// A new file of `count` pages without a name, for a child to inherit.
Result<sys::UniqueFd> make_pages(size_t count);

// The mapped pages of such a file.
class Pages {
 public:
  static Result<Pages> map(int file);
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  ~Pages();

  wire::HandoverPage& operator[](wire::Page page) const;

 private:
  explicit Pages(std::byte* at) : at_(at) {}
  std::byte* at_;
};

// Waits until `process` has its listener, and fetches it. Empty: the process ended before, and has
// reported the reason.
Result<sys::UniqueFd> fetch_listener(const wire::HandoverPage& page, const sys::Pidfd& process);

}  // namespace oci::launch
