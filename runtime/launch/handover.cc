#include "runtime/launch/handover.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "runtime/sys/deadline.h"
#include "runtime/sys/file.h"
#include "runtime/sys/sealed.h"

namespace oci::launch {
namespace {

// Loading a filter takes init less than a millisecond.
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kBetweenLooks{1};

// The second page of a file with one page is never touched.
constexpr size_t kMapped = wire::kPages * wire::kPageSize;

}  // namespace

Result<sys::UniqueFd> make_pages(size_t count) {
  sys::UniqueFd file = OCI_TRY(sys::file_in_memory("handover"));
  if (::ftruncate(file.get(), static_cast<off_t>(count * wire::kPageSize)) == 0) return file;
  return sys::write_error(errno, "make the pages of the handover");
}

Result<Pages> Pages::map(int file) {
  void* at = ::mmap(nullptr, kMapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (at == MAP_FAILED) return Error::system(errno, "map the pages of the handover");
  return Pages(static_cast<std::byte*>(at));
}

Pages::Pages(Pages&& other) noexcept : at_(std::exchange(other.at_, nullptr)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(at_, other.at_);
  return *this;
}

Pages::~Pages() {
  if (at_ != nullptr) ::munmap(at_, kMapped);
}

wire::HandoverPage& Pages::operator[](wire::Page page) const {
  return *reinterpret_cast<wire::HandoverPage*>(at_ + page * wire::kPageSize);
}

Result<sys::UniqueFd> fetch_listener(const wire::HandoverPage& page, const sys::Pidfd& process) {
  const sys::Deadline deadline = sys::deadline_in(kPatience);
  uint32_t number;
  while ((number = wire::load(page.listener_plus_one)) == 0) {
    if (OCI_TRY(process.wait_exit(sys::deadline_in(kBetweenLooks)))) return sys::UniqueFd();
    if (sys::poll_timeout(deadline) > 0) continue;
    return Error(ErrorKind::kProtocol, "container init does not load its seccomp filter");
  }
  sys::UniqueFd listener(static_cast<int>(::syscall(SYS_pidfd_getfd, process.fd(), number - 1, 0)));
  if (!listener)
    return Error::system(errno, Property{"linux.seccomp"}, "fetch the listener of the filter");
  return listener;
}

}  // namespace oci::launch
