// The parent's half of sync/handover.h.
#pragma once

#include <cstddef>

#include "runtime/sync/handover.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

// A new file of `count` pages, without a name, for whoever inherits it.
Result<sys::UniqueFd> make_pages(size_t count);

// The pages of such a file, mapped.
class Pages {
 public:
  static Result<Pages> map(int file);
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  ~Pages();

  sync::HandoverPage& operator[](sync::Page page) const;

 private:
  explicit Pages(std::byte* at) : at_(at) {}
  std::byte* at_;
};

// Waits until `process` has its listener, and fetches it. Empty if it ended before it had one: it
// has told why.
Result<sys::UniqueFd> fetch_listener(const sync::HandoverPage& page, const sys::Pidfd& process);

}  // namespace oci::launch
