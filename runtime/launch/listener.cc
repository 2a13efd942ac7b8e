#include "runtime/launch/listener.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "runtime/sync/listener.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/file.h"
#include "runtime/sys/sealed.h"

namespace oci::launch {
namespace {

// Loading a filter takes init less than a millisecond.
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kBetweenLooks{1};

class Page {
 public:
  static Result<Page> map(int file) {
    void* at =
        ::mmap(nullptr, sync::kListenerPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at == MAP_FAILED) return Error::system(errno, "map the listener's page");
    return Page(static_cast<sync::ListenerPage*>(at));
  }
  Page(Page&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
  Page& operator=(Page&&) = delete;
  ~Page() {
    if (page_ != nullptr) ::munmap(page_, sync::kListenerPageSize);
  }

  sync::ListenerPage& operator*() const { return *page_; }

 private:
  explicit Page(sync::ListenerPage* page) : page_(page) {}
  sync::ListenerPage* page_;
};

}  // namespace

Result<sys::UniqueFd> make_listener_page() {
  sys::UniqueFd file = OCI_TRY(sys::file_in_memory("listener"));
  if (::ftruncate(file.get(), sync::kListenerPageSize) == 0) return file;
  return sys::write_error(errno, "make the listener's page");
}

Status hand_over(int file, const Handover& handover) {
  const Page page = OCI_TRY(Page::map(file));
  const sys::Deadline deadline = sys::deadline_in(kPatience);
  uint32_t number;
  while ((number = sync::load((*page).number_plus_one)) == 0) {
    if (OCI_TRY(handover.init.wait_exit(sys::deadline_in(kBetweenLooks)))) return {};
    if (sys::poll_timeout(deadline) > 0) continue;
    return Error(ErrorKind::kProtocol, "container init does not load its seccomp filter");
  }
  const sys::UniqueFd listener(
      static_cast<int>(::syscall(SYS_pidfd_getfd, handover.init.fd(), number - 1, 0)));
  if (!listener) return Error::system(errno, "linux.seccomp: fetch the listener of the filter");
  OCI_TRY(handover.deliver(listener.get()));
  sync::store((*page).delivered, 1);
  return {};
}

}  // namespace oci::launch
