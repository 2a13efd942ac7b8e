#include "runtime/launch/last_clone.h"

#include <fcntl.h>

#include "runtime/launch/scheduling.h"

namespace oci::launch {
namespace {

Result<sys::UniqueFd> fetch_from(Launched& process, wire::Page page) {
  const sys::Pidfd held(sys::UniqueFd(::fcntl(process.pidfd(), F_DUPFD_CLOEXEC, 0)));
  return fetch_listener((*process.pages())[page], held);
}

}  // namespace

Status follow_last_clone(const wire::LaunchPlan& plan, const LastClone& clone, Launched& process) {
  sys::UniqueFd listener;
  if (clone.listens && clone.admits) {
    listener = OCI_TRY(fetch_from(process, wire::kOfStage));
    wire::store((*process.pages())[wire::kOfStage].go_on, 1);
  }
  OCI_TRY(process.switch_to_child(clone.signals));
  if (process.pid() == 0) return {};
  const wire::InitPlan& init = plan.init();
  if (plan.scheduler && !wire::outlives_fork(*plan.scheduler, init)) {
    OCI_TRY(set_scheduler(process.pid(), *plan.scheduler));
  }
  if (clone.listens && !clone.admits) listener = OCI_TRY(fetch_from(process, wire::kOfProgram));
  if (listener) OCI_TRY(clone.deliver(process.pid(), listener.get()));
  wire::store((*process.pages())[wire::kOfProgram].go_on, 1);
  return {};
}

}  // namespace oci::launch
